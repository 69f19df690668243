//! The only place that reads the wall clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::domain::instant::Instant;

/// A ledger's clock: the wall clock, moved by an offset that only the sandbox ever changes, or a
/// simulated one for the demo.
#[derive(Debug, Clone)]
pub struct Clock {
    offset_micros: Arc<AtomicI64>,
    ticking: bool,
}

impl Clock {
    /// The wall clock.
    #[must_use]
    pub fn wall() -> Self {
        Self { offset_micros: Arc::new(AtomicI64::new(0)), ticking: true }
    }

    /// A clock that stands still at `at` until it is set.
    #[must_use]
    pub fn simulated(at: Instant) -> Self {
        Self { offset_micros: Arc::new(AtomicI64::new(at.micros())), ticking: false }
    }

    /// Now, cut to the microsecond.
    #[must_use]
    pub fn now(&self) -> Instant {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let wall = if self.ticking { i64::try_from(since.as_micros()).unwrap_or(0) } else { 0 };
        Instant::from_micros(wall.saturating_add(self.offset_micros.load(Ordering::Relaxed)))
    }

    /// Sets how far this clock runs ahead of the wall clock (or, if simulated, where it stands).
    pub fn set_offset_micros(&self, micros: i64) {
        self.offset_micros.store(micros, Ordering::Relaxed);
    }
}
