//! The moment a writer waits between two batches.

use std::time::{Duration, Instant as Moment};

/// Requests gather for at most the time that the writer's last batch took, divided by this.
const GATHERING_SHARE: u32 = 2;

/// But never longer than this.
const GATHERING_MAX: Duration = Duration::from_millis(5);

/// How often it looks meanwhile: each look costs less than a request that rings would.
const GATHERING_LOOK: Duration = Duration::from_micros(100);

/// Waits a moment for `wanted` requests: as many as the last batch held, or half of them. Whoever was just answered
/// often asks again at once: were the first of them taken alone, a batch of one would make all others wait.
pub(super) fn gather(wanted: usize, took: Duration, waiting: impl Fn() -> usize) {
    let (start, most) = (Moment::now(), GATHERING_MAX.min(took / GATHERING_SHARE));
    while wanted > 1 && waiting() < wanted && start.elapsed() < most {
        std::thread::sleep(GATHERING_LOOK);
    }
}
