//! SQLite's file in every bad way.

use super::*;
