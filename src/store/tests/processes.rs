//! Several processes at one store.

use std::process::{Child, Command};

use super::*;
