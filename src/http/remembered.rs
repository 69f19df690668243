//! Sums that take long are remembered for a while. In a small ledger they take no time, and are always fresh.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant as Moment};

use actix_web::rt;

use super::problem::ApiError;

/// An answer that came this soon is asked for anew each time.
const QUICK: Duration = Duration::from_millis(50);

/// An answer stands for this many times as long as it took: at most a fiftieth of one processor is spent on it.
const STANDS_FOR: u32 = 50;

/// The answer to one question that is asked again and again.
pub struct Remembered<T> {
    last: Mutex<Option<Last<T>>>,
    // Whoever finds nothing that stands waits for the one who is asking already.
    asking: tokio::sync::Mutex<()>,
}

struct Last<T> {
    answer: Arc<T>,
    took: Duration,
    known_at: Moment,
    refreshing: bool,
}

enum Known<T> {
    Stands(Arc<T>),
    Ageing(Arc<T>),
    No,
}

impl<T> Default for Remembered<T> {
    fn default() -> Self {
        Self { last: Mutex::default(), asking: tokio::sync::Mutex::default() }
    }
}

impl<T: 'static> Remembered<T> {
    /// The answer, and whether it is an old one. `ask` is awaited when there is none that may be shown; one that has
    /// stood long enough is shown once more while `ask` finds the next.
    ///
    /// # Errors
    /// What `ask` reports.
    pub async fn get<W>(self: &Arc<Self>, ask: W) -> Result<(Arc<T>, bool), ApiError>
    where
        W: Future<Output = Result<T, ApiError>> + 'static,
    {
        match self.known() {
            Known::Stands(answer) => return Ok((answer, true)),
            Known::Ageing(answer) => {
                let this = Arc::clone(self);
                rt::spawn(async move {
                    // A failed refresh leaves the old answer to be tried again.
                    if this.find(ask).await.is_err() {
                        this.give_back();
                    }
                });
                return Ok((answer, true));
            }
            Known::No => {}
        }
        let turn = self.asking.lock().await;
        // Somebody else may have found it meanwhile, if it is worth remembering.
        if let Known::Stands(answer) = self.known() {
            return Ok((answer, true));
        }
        let found = self.find(ask).await;
        drop(turn);
        found.map(|answer| (answer, false))
    }

    fn known(&self) -> Known<T> {
        let mut last = lock(&self.last);
        let Some(last) = last.as_mut().filter(|last| last.took >= QUICK) else { return Known::No };
        if last.known_at.elapsed() < last.took.saturating_mul(STANDS_FOR) || last.refreshing {
            return Known::Stands(Arc::clone(&last.answer));
        }
        last.refreshing = true;
        Known::Ageing(Arc::clone(&last.answer))
    }

    async fn find<W: Future<Output = Result<T, ApiError>>>(&self, ask: W) -> Result<Arc<T>, ApiError> {
        let begun = Moment::now();
        let answer = Arc::new(ask.await?);
        let known_at = Moment::now();
        let took = known_at.duration_since(begun);
        *lock(&self.last) = Some(Last { answer: Arc::clone(&answer), took, known_at, refreshing: false });
        Ok(answer)
    }

    fn give_back(&self) {
        if let Some(last) = lock(&self.last).as_mut() {
            last.refreshing = false;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use super::*;

    async fn answered(remembered: &Arc<Remembered<u32>>, asked: &Rc<Cell<u32>>, takes: Duration) -> (u32, bool) {
        let asked = Rc::clone(asked);
        let ask = async move {
            rt::time::sleep(takes).await;
            asked.set(asked.get() + 1);
            Ok(asked.get())
        };
        let (answer, old) = remembered.get(ask).await.expect("an answer");
        (*answer, old)
    }

    #[test]
    fn what_comes_quickly_is_always_fresh() {
        rt::System::new().block_on(async {
            let (remembered, asked) = (Arc::default(), Rc::default());
            let first = answered(&remembered, &asked, Duration::ZERO).await;
            assert_eq!((first, answered(&remembered, &asked, Duration::ZERO).await), ((1, false), (2, false)));
        });
    }

    #[test]
    fn what_takes_long_stands_long_and_is_refreshed_behind_the_old_answer() {
        rt::System::new().block_on(async {
            let (remembered, asked): (Arc<Remembered<u32>>, Rc<Cell<u32>>) = (Arc::default(), Rc::default());
            assert_eq!(answered(&remembered, &asked, QUICK).await, (1, false));
            assert_eq!(answered(&remembered, &asked, QUICK).await, (1, true), "it stands for 50 times as long");
            // As if all that time had passed.
            if let Some(last) = lock(&remembered.last).as_mut() {
                last.took = QUICK;
                last.known_at = Moment::now().checked_sub(QUICK * STANDS_FOR).expect("a moment");
            }
            assert_eq!(answered(&remembered, &asked, QUICK).await, (1, true), "nobody waits for the next");
            while asked.get() < 2 {
                rt::task::yield_now().await;
            }
            rt::task::yield_now().await;
            assert_eq!(answered(&remembered, &asked, QUICK).await, (2, true));
        });
    }

    #[test]
    fn a_refusal_is_not_remembered() {
        rt::System::new().block_on(async {
            let remembered: Arc<Remembered<u32>> = Arc::default();
            let refused = remembered.get(async { Err(ApiError::not_found("answer")) }).await;
            assert!(refused.is_err());
            assert_eq!(answered(&remembered, &Rc::default(), Duration::ZERO).await, (1, false));
        });
    }
}
