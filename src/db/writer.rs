//! Group commit: what was asked for while the previous commit ran is written in one transaction
//! and answered after it.
//!
//! Each hot operation has a lane of its own and takes a slice of what waits in it; a transaction
//! holds one verb. SQLite has one writer thread, PostgreSQL two (a second is worth 1.8 times, more
//! nothing).

mod gather;

use std::any::Any;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant as Moment;

use tokio::sync::oneshot;

use self::gather::gather;
use super::connect::Place;
use super::transact::{Link, WriteError};
use super::{DbResult, Tx, periods};
use crate::clock::Clock;
use crate::domain::instant::Instant;

/// The most requests in one transaction.
pub const BATCH_MAX: usize = 256;

/// The most requests that may wait: about a third of a second of work. Beyond it, 503 is kinder.
const WAITING_MAX: usize = 4_096;

/// When so many requests wait, those that can be spared are not taken on any more: what is left of the
/// queue is for orders.
const SPARED_FROM: usize = WAITING_MAX / 2;

/// An operation on a slice of requests: one answer per request, in order.
pub type Operation<Req, Out> = fn(&mut Tx<'_>, Instant, &[Req]) -> DbResult<Vec<Out>>;

/// What the writers have done, for `/metrics` and readiness.
#[derive(Debug, Default)]
pub struct WriterStats {
    /// Transactions committed.
    pub batches: AtomicU64,
    /// Requests written in them.
    pub requests: AtomicU64,
    /// Batches split after a failure; 0 unless something is wrong.
    pub bisected: AtomicU64,
    /// Whether the last write was refused by disk or server.
    pub halted: AtomicBool,
}

struct Shared {
    place: Place,
    clock: Clock,
    gate: Mutex<Gate>,
    bell: Condvar,
    stats: WriterStats,
    batch_max: usize,
}

struct Gate {
    lanes: Vec<Arc<dyn Run>>,
    waiting: usize,
    next: usize,
    closed: bool,
}

type Work = Box<dyn FnOnce(&Shared, &mut Link) + Send>;

trait Run: Send + Sync {
    fn take(&self, most: usize) -> Option<Slice>;
}

/// What a writer takes from a lane.
struct Slice {
    /// Requests in it.
    count: usize,
    /// How many shall gather before the next is taken.
    gathering: usize,
    work: Work,
}

type Answer<Out> = oneshot::Receiver<Result<Out, WriteError>>;
type Asked<Req, Out> = (Req, oneshot::Sender<Result<Out, WriteError>>);

struct Queue<Req, Out> {
    /// Groups whose order counts: each is written in one transaction, never by two writers at once.
    waiting: Mutex<VecDeque<Vec<Asked<Req, Out>>>>,
    operation: Operation<Req, Out>,
    batch_max: usize,
    gathering_share: usize,
}

/// Where requests of one verb wait.
pub struct Lane<Req, Out> {
    queue: Arc<Queue<Req, Out>>,
    shared: Arc<Shared>,
}

type Value = Box<dyn Any + Send>;
type Job = Mutex<Box<dyn FnMut(&mut Tx<'_>, Instant) -> DbResult<Value> + Send>>;

/// The writer threads of one ledger.
pub struct Writer {
    shared: Arc<Shared>,
    single: Lane<Job, Value>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Writer {
    /// Starts the threads. `batch_max` is at most [`BATCH_MAX`]; 1 gives each request a commit of its own.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(place: &Place, clock: &Clock, batch_max: usize) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            place: place.clone(),
            clock: clock.clone(),
            gate: Mutex::new(Gate { lanes: Vec::new(), waiting: 0, next: 0, closed: false }),
            bell: Condvar::new(),
            stats: WriterStats::default(),
            batch_max: batch_max.clamp(1, BATCH_MAX),
        });
        let single = lane(&shared, |tx, now, jobs: &[Job]| jobs.iter().map(|job| lock(job)(tx, now)).collect(), 1, 1);
        let count = match place {
            Place::Sqlite(_) => 1,
            Place::Postgres { .. } => 2,
        };
        let spawn = |number| {
            let shared = Arc::clone(&shared);
            std::thread::Builder::new().name(format!("writer-{number}")).spawn(move || serve(&shared))
        };
        let threads = (0..count).map(spawn).collect::<Result<_, _>>()?;
        Ok(Self { shared, single, threads: Mutex::new(threads) })
    }

    /// Opens a lane for a hot operation.
    pub fn lane<Req: Send + 'static, Out: Send + 'static>(&self, operation: Operation<Req, Out>) -> Lane<Req, Out> {
        lane(&self.shared, operation, self.shared.batch_max, 1)
    }

    /// Opens a lane for an operation that costs less than its commit. Half of those who were answered gather: the disk
    /// is busy for one half while the other half is answered and asks again, where all together would wait for the disk.
    pub fn light_lane<Req: Send + 'static, Out: Send + 'static>(&self, operation: Operation<Req, Out>) -> Lane<Req, Out> {
        lane(&self.shared, operation, self.shared.batch_max, 2)
    }

    /// Runs `body` in a transaction of its own.
    ///
    /// # Errors
    /// When nothing was committed (or, after a lost connection, when that is unknown).
    pub async fn write<T, F>(&self, body: F) -> Result<T, WriteError>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>, Instant) -> DbResult<T> + Send + 'static,
    {
        unbox(self.single.ask(boxed(body)).await)
    }

    /// [`Self::write`] for threads outside the async runtime.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub fn write_blocking<T, F>(&self, body: F) -> Result<T, WriteError>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>, Instant) -> DbResult<T> + Send + 'static,
    {
        unbox(self.single.ask_blocking(boxed(body)))
    }

    /// What the writers have done.
    #[must_use]
    pub fn stats(&self) -> &WriterStats {
        &self.shared.stats
    }

    /// Writes what waits, then stops the threads.
    pub fn stop(&self) {
        lock(&self.shared.gate).closed = true;
        self.shared.bell.notify_all();
        for thread in lock(&self.threads).drain(..) {
            drop(thread.join());
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.stop();
    }
}

fn boxed<T, F>(mut body: F) -> Job
where
    T: Send + 'static,
    F: FnMut(&mut Tx<'_>, Instant) -> DbResult<T> + Send + 'static,
{
    Mutex::new(Box::new(move |tx, now| {
        let value: Value = Box::new(body(tx, now)?);
        Ok(value)
    }))
}

fn unbox<T: 'static>(value: Result<Value, WriteError>) -> Result<T, WriteError> {
    let wrong = |_| WriteError::Failed("the answer has another type".to_owned());
    value?.downcast().map(|value| *value).map_err(wrong)
}

fn lane<Req: Send + 'static, Out: Send + 'static>(
    shared: &Arc<Shared>,
    operation: Operation<Req, Out>,
    batch_max: usize,
    gathering_share: usize,
) -> Lane<Req, Out> {
    let queue = Arc::new(Queue { waiting: Mutex::new(VecDeque::new()), operation, batch_max, gathering_share });
    let run: Arc<dyn Run> = Arc::<Queue<Req, Out>>::clone(&queue);
    lock(&shared.gate).lanes.push(run);
    Lane { queue, shared: Arc::clone(shared) }
}

impl<Req: Send + 'static, Out: Send + 'static> Lane<Req, Out> {
    /// Whether there is room for what can be spared: the last write succeeded and little waits.
    #[must_use]
    pub fn has_room(&self) -> bool {
        !self.shared.stats.halted.load(Ordering::Relaxed) && lock(&self.shared.gate).waiting < SPARED_FROM
    }

    /// Asks for one request to be written; the answer comes after its commit.
    ///
    /// # Errors
    /// When it was not written.
    pub async fn ask(&self, request: Req) -> Result<Out, WriteError> {
        self.submit(request)?.await.unwrap_or_else(|_| Err(stopped()))
    }

    /// [`Self::ask`] for threads outside the async runtime.
    ///
    /// # Errors
    /// When it was not written.
    pub fn ask_blocking(&self, request: Req) -> Result<Out, WriteError> {
        self.submit(request)?.blocking_recv().unwrap_or_else(|_| Err(stopped()))
    }

    /// Asks for many, in order: each slice is committed before the next begins.
    pub async fn ask_all(&self, requests: Vec<Req>) -> Vec<Result<Out, WriteError>> {
        let mut answers = Vec::with_capacity(requests.len());
        let mut requests = requests.into_iter().peekable();
        while requests.peek().is_some() {
            for asked in self.submit_slice(requests.by_ref().take(self.queue.batch_max)) {
                answers.push(match asked {
                    Ok(answer) => answer.await.unwrap_or_else(|_| Err(stopped())),
                    Err(error) => Err(error),
                });
            }
        }
        answers
    }

    /// [`Self::ask_all`] for threads outside the async runtime.
    pub fn ask_all_blocking(&self, requests: Vec<Req>) -> Vec<Result<Out, WriteError>> {
        let mut answers = Vec::with_capacity(requests.len());
        let mut requests = requests.into_iter().peekable();
        while requests.peek().is_some() {
            let slice = self.submit_slice(requests.by_ref().take(self.queue.batch_max));
            answers.extend(slice.into_iter().map(|asked| asked?.blocking_recv().unwrap_or_else(|_| Err(stopped()))));
        }
        answers
    }

    fn submit(&self, request: Req) -> Result<Answer<Out>, WriteError> {
        self.submit_slice(std::iter::once(request)).pop().unwrap_or_else(|| Err(stopped()))
    }

    /// Lets a group wait that one writer will take as a whole.
    fn submit_slice(&self, requests: impl Iterator<Item = Req>) -> Vec<Result<Answer<Out>, WriteError>> {
        let (group, answers): (Vec<Asked<Req, Out>>, Vec<_>) = requests
            .map(|request| {
                let (reply, answer) = oneshot::channel();
                ((request, reply), Ok(answer))
            })
            .unzip();
        {
            let mut gate = lock(&self.shared.gate);
            if gate.closed {
                return group.iter().map(|_| Err(stopped())).collect();
            }
            if gate.waiting + group.len() > WAITING_MAX {
                return group.iter().map(|_| Err(WriteError::Overloaded)).collect();
            }
            gate.waiting += group.len();
            lock(&self.queue.waiting).push_back(group);
        }
        self.shared.bell.notify_one();
        answers
    }
}

fn stopped() -> WriteError {
    WriteError::Unavailable("the service is stopping".to_owned())
}

impl<Req: Send + 'static, Out: Send + 'static> Run for Queue<Req, Out> {
    fn take(&self, most: usize) -> Option<Slice> {
        let mut waiting = lock(&self.waiting);
        let most = most.min(self.batch_max);
        let mut taken: Vec<Asked<Req, Out>> = Vec::new();
        while waiting.front().is_some_and(|group| taken.is_empty() || taken.len() + group.len() <= most) {
            taken.extend(waiting.pop_front().unwrap_or_default());
        }
        let count = taken.len();
        if count == 0 {
            return None;
        }
        let (requests, replies): (Vec<Req>, Vec<_>) = taken.into_iter().unzip();
        let operation = self.operation;
        let work = move |shared: &Shared, link: &mut Link| {
            let answers = write(shared, link, operation, &requests);
            // A client that went away does not undo its write.
            replies.into_iter().zip(answers).for_each(|(reply, answer)| drop(reply.send(answer)));
        };
        Some(Slice { count, gathering: count / self.gathering_share, work: Box::new(work) })
    }
}

fn write<Req, Out>(
    shared: &Shared,
    link: &mut Link,
    operation: Operation<Req, Out>,
    requests: &[Req],
) -> Vec<Result<Out, WriteError>> {
    let now = shared.clock.now();
    let count = u64::try_from(requests.len()).unwrap_or(u64::MAX);
    let mut again = false;
    let outcome = link.transact(&mut |tx| {
        // Only an attempt that failed pays for the look: it may have failed because this clock is behind the books.
        let now = if std::mem::replace(&mut again, true) { periods::not_closed(tx, now)? } else { now };
        operation(tx, now, requests)
    });
    match outcome {
        Ok(answers) => {
            shared.stats.batches.fetch_add(1, Ordering::Relaxed);
            shared.stats.requests.fetch_add(count, Ordering::Relaxed);
            shared.stats.halted.store(false, Ordering::Relaxed);
            answers.into_iter().map(Ok).collect()
        }
        Err(WriteError::Failed(fault)) if requests.len() > 1 => {
            // One request may poison a batch that the law let through: find it, keep the others.
            tracing::error!(fault, count, "a batch failed and is split");
            shared.stats.bisected.fetch_add(1, Ordering::Relaxed);
            let (left, right) = requests.split_at(requests.len() / 2);
            let mut answers = write(shared, link, operation, left);
            answers.extend(write(shared, link, operation, right));
            answers
        }
        Err(error) => {
            shared.stats.halted.store(matches!(error, WriteError::Unavailable(_)), Ordering::Relaxed);
            tracing::error!(%error, count, "a write was refused");
            requests.iter().map(|_| Err(error.clone())).collect()
        }
    }
}

fn serve(shared: &Shared) {
    let mut link = Link::new(shared.place.clone());
    while let Some(slice) = next(shared) {
        let start = Moment::now();
        (slice.work)(shared, &mut link);
        gather(slice.gathering, start.elapsed(), || lock(&shared.gate).waiting);
    }
}

/// Waits for work and takes a slice of the next lane that has some, lane after lane in turn.
fn next(shared: &Shared) -> Option<Slice> {
    let mut gate = lock(&shared.gate);
    loop {
        if gate.waiting > 0 {
            for step in 0..gate.lanes.len() {
                let place = (gate.next + step) % gate.lanes.len();
                let Some(lane) = gate.lanes.get(place) else { continue };
                if let Some(slice) = lane.take(BATCH_MAX) {
                    gate.waiting -= slice.count;
                    gate.next = place + 1;
                    return Some(slice);
                }
            }
        }
        if gate.closed {
            return None;
        }
        gate = shared.bell.wait(gate).unwrap_or_else(PoisonError::into_inner);
    }
}

#[cfg(test)]
#[path = "writer_tests.rs"]
mod tests;
