//! Readers that stop: after so many bytes in all, or in one row.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Ends with an error after `left` bytes: what unpacks without end is a trap.
pub(super) struct Limited<R> {
    inner: R,
    left: u64,
}

impl<R> Limited<R> {
    pub(super) const fn new(inner: R, most: u64) -> Self {
        Self { inner, left: most }
    }
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.left = match self.left.checked_sub(u64::try_from(count).unwrap_or(u64::MAX)) {
            Some(left) => left,
            None => return Err(io::Error::other("it unpacks to more than the service reads")),
        };
        Ok(count)
    }
}

/// Counts the bytes read since somebody last reset the count, and ends with an error beyond `most`.
pub(super) struct Metered<R> {
    inner: R,
    count: Arc<AtomicUsize>,
    most: usize,
}

impl<R> Metered<R> {
    pub(super) fn new(inner: R, most: usize) -> (Self, Arc<AtomicUsize>) {
        let count = Arc::new(AtomicUsize::new(0));
        (Self { inner, count: Arc::clone(&count), most }, count)
    }
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        if self.count.fetch_add(count, Ordering::Relaxed) > self.most {
            return Err(io::Error::other("too long"));
        }
        Ok(count)
    }
}
