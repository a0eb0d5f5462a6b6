//! The embedded stand-in for WeCom as a program.

mod program;

use std::process::ExitCode;

fn main() -> ExitCode {
    program::main("contactway-sandbox", std::env::args().skip(1))
}
