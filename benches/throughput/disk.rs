//! What one durable write costs on this disk.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

const WRITES: usize = 200;

/// Median and slowest hundredth of `fdatasync` after a write of 4 KiB.
pub(crate) fn sync_latency(dir: &Path) -> String {
    let path = dir.join("sync-probe");
    let mut file = OpenOptions::new().create(true).truncate(true).write(true).open(&path).expect("a file to sync");
    let block = [7_u8; 4096];
    let mut times: Vec<Duration> = (0..WRITES)
        .map(|_| {
            file.write_all(&block).expect("a write");
            let start = Instant::now();
            file.sync_data().expect("a sync");
            start.elapsed()
        })
        .collect();
    drop(std::fs::remove_file(path));
    times.sort_unstable();
    let at = |share: usize| times.get(WRITES * share / 100).copied().unwrap_or_default();
    format!("fdatasync of 4 KiB appended: p50 {:?}, p99 {:?}", at(50), at(99))
}
