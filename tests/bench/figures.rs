//! Adds a table to the file of figures that `CONTACTWAY_BENCH_FIGURES` names, as figures.py does; none without it.

use std::fs;

use serde_json::{Map, Value, json};

/// Adds rows to a table: each a name and its figures, by column.
pub fn record(title: &str, rows: Vec<(String, Value)>) {
    let Ok(path) = std::env::var("CONTACTWAY_BENCH_FIGURES") else { return };
    let mut figures: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let load: f64 = fs::read_to_string("/proc/loadavg").unwrap().split(' ').next().unwrap().parse().unwrap();
    let rows: Map<String, Value> = rows.into_iter().collect();
    figures["tables"][title] = json!({"load": load, "rows": rows});
    fs::write(&path, serde_json::to_vec_pretty(&figures).unwrap()).unwrap();
}
