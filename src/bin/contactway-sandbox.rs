//! The embedded stand-in for WeCom as a program.

fn main() {}
