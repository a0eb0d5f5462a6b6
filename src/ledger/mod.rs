//! What was created, kept where it cannot be lost: the parts that need neither WeCom nor a database.
//!
//! - `equal`: when two contact ways are equal, as a table with a row a member
//! - `update`: what to send where they are not
//! - `rows`: the wanted contact ways, from a request, a JSON Lines file or a spreadsheet
//! - `report`: what became of each of them
//! - `file_name`: the name of a picture's file
//! - `hash`: the hash that they share

mod equal;
mod file_name;
mod hash;
mod report;
mod rows;
mod update;
