//! The embedded stand-in for WeCom as a program.

mod program;

use std::process::ExitCode;

fn main() -> ExitCode {
    program::main("contactway-sandbox", program::HELP, std::env::args().skip(1), str::to_owned).into()
}
