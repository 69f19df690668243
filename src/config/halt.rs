//! Where a test may stop a process, to kill it there: `HOUND_TEST_HALT_AT=before_send:3` stops the third time that
//! `before_send` is passed. Only in builds for development; others pass by.

#[cfg(debug_assertions)]
use std::sync::OnceLock;
#[cfg(debug_assertions)]
use std::sync::atomic::{AtomicUsize, Ordering};

#[cfg(debug_assertions)]
static WANTED: OnceLock<Option<(String, AtomicUsize)>> = OnceLock::new();

/// Passes the place called `point`.
#[cfg(debug_assertions)]
pub fn pass(point: &str) {
    let wanted = WANTED.get_or_init(|| {
        let text = std::env::var("HOUND_TEST_HALT_AT").ok()?;
        let (name, times) = text.split_once(':').unwrap_or((&text, "1"));
        Some((name.to_owned(), AtomicUsize::new(times.parse().ok()?)))
    });
    let Some((name, left)) = wanted else { return };
    if name == point && left.fetch_sub(1, Ordering::AcqRel) == 1 {
        tracing::warn!("halted at {point}");
        loop {
            std::thread::park();
        }
    }
}

/// Passes the place called `point`.
#[cfg(not(debug_assertions))]
pub const fn pass(_: &str) {}
