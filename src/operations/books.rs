//! The two ledgers of the house, each with its clock, its readers and its writers.

use std::sync::{Arc, Mutex, PoisonError};

use crate::clock::Clock;
use crate::db::connect::{ConnectError, Place};
use crate::db::pool::Readers;
use crate::db::transact::WriteError;
use crate::db::writer::{BATCH_MAX, Lane, Writer};
use crate::db::{migrate, settings, terms};
use crate::domain::id::ProgramId;
use crate::domain::principal::Mode;
use crate::domain::program::{Terms, TermsVersion};

use super::carry_ledger::CARRYING;
use super::record_sales::{SaleAnswer, SaleRequest, record_sales};
use super::refund_sales::{RefundAnswer, RefundRequest, refund_sales};
use super::track_clicks::{ClickRequest, track_clicks};

/// The setting that holds the sandbox clock's lead over the wall clock, in microseconds.
pub const CLOCK_OFFSET: &str = "clock_offset_micros";

/// One ledger, open for work.
pub struct Book {
    /// Live or sandbox.
    pub mode: Mode,
    /// Where it lives.
    pub place: Place,
    /// Its clock.
    pub clock: Clock,
    /// Its read connections.
    pub readers: Readers,
    /// Its writers.
    pub writer: Writer,
    /// Where reports of orders wait.
    pub record_sales: Lane<SaleRequest, SaleAnswer>,
    /// Where refunds wait.
    pub refund_sales: Lane<RefundRequest, RefundAnswer>,
    /// Where visits wait.
    pub track_clicks: Lane<ClickRequest, ()>,
}

/// The live ledger, and the sandbox once somebody asks for it.
pub struct Books {
    /// The real one.
    pub live: Arc<Book>,
    sandbox_place: Place,
    batch_max: usize,
    sandbox: Mutex<Option<Arc<Book>>>,
}

impl Book {
    /// Migrates and opens the ledger at `place`, and gives it its program if it has none.
    ///
    /// # Errors
    /// When the database cannot be reached or is unfit.
    pub fn open(place: Place, clock: Clock, mode: Mode) -> Result<Self, ConnectError> {
        Self::open_with(place, clock, mode, Terms::default(), BATCH_MAX)
    }

    fn open_with(place: Place, clock: Clock, mode: Mode, first: Terms, batch_max: usize) -> Result<Self, ConnectError> {
        migrate::migrate(&place)?;
        let writer = Writer::start(&place, &clock, batch_max).map_err(|error| ConnectError(error.to_string()))?;
        let book = Self {
            mode,
            readers: Readers::new(&place),
            place,
            clock,
            record_sales: writer.lane(record_sales),
            refund_sales: writer.lane(refund_sales),
            track_clicks: writer.light_lane(track_clicks),
            writer,
        };
        let fault = |error: WriteError| ConnectError(error.to_string());
        if book.readers.read(|conn| settings::get(conn, CARRYING)).map_err(fault)?.is_some() {
            return Err(ConnectError("a ledger is only half copied to this place; run the same command again".to_owned()));
        }
        book.ensure_program(first).map_err(fault)?;
        book.sync_clock().map_err(fault)?;
        Ok(book)
    }

    /// Takes over how far the sandbox's clock runs ahead; another process may have advanced it.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn sync_clock(&self) -> Result<(), WriteError> {
        if self.mode == Mode::Sandbox {
            let stored = self.readers.read(|conn| settings::get(conn, CLOCK_OFFSET))?;
            self.clock.set_offset_micros(stored.and_then(|text| text.parse().ok()).unwrap_or(0));
        }
        Ok(())
    }

    fn ensure_program(&self, first: Terms) -> Result<(), WriteError> {
        self.writer.write_blocking(move |tx, now| {
            if terms::program(tx)?.is_some() {
                return Ok(());
            }
            let id = ProgramId::new(now);
            terms::insert_program(tx, id, now)?;
            terms::insert_version(tx, id, &TermsVersion { version: 1, valid_from: now, terms: first.clone() }, "system")
        })
    }
}

impl Books {
    /// Opens the live ledger; the sandbox at `sandbox` waits until it is asked for.
    ///
    /// # Errors
    /// When the live database cannot be reached or is unfit.
    pub fn open(live: Place, sandbox: Place, clock: Clock) -> Result<Self, ConnectError> {
        Self::open_sized(live, sandbox, clock, BATCH_MAX)
    }

    /// [`Self::open`] with at most `batch_max` requests in one transaction.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_sized(live: Place, sandbox: Place, clock: Clock, batch_max: usize) -> Result<Self, ConnectError> {
        let live = Arc::new(Book::open_with(live, clock, Mode::Live, Terms::default(), batch_max)?);
        Ok(Self { live, sandbox_place: sandbox, batch_max, sandbox: Mutex::new(None) })
    }

    /// The ledger a token works on. Opening the sandbox blocks: call it off the async threads.
    ///
    /// # Errors
    /// When the sandbox cannot be opened.
    pub fn of(&self, mode: Mode) -> Result<Arc<Book>, ConnectError> {
        match mode {
            Mode::Live => Ok(Arc::clone(&self.live)),
            Mode::Sandbox => self.sandbox(),
        }
    }

    /// The sandbox, if somebody opened it.
    #[must_use]
    pub fn opened_sandbox(&self) -> Option<Arc<Book>> {
        self.sandbox.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The ledgers that are open: the live one, and the sandbox if somebody opened it.
    pub fn opened(&self) -> impl Iterator<Item = Arc<Book>> {
        [Some(Arc::clone(&self.live)), self.opened_sandbox()].into_iter().flatten()
    }

    /// Empties the sandbox and gives it the live terms. Blocks.
    ///
    /// # Errors
    /// When a database cannot be reached.
    pub fn reset_sandbox(&self) -> Result<(), ConnectError> {
        let fault = |error: WriteError| ConnectError(error.to_string());
        let (_, terms) = self.live.readers.read(terms::in_force).map_err(fault)?;
        let mut open = self.sandbox.lock().unwrap_or_else(PoisonError::into_inner);
        // Requests under way keep the old one until they end; its writers stop with the last of them.
        if let Some(old) = open.take() {
            old.writer.stop();
        }
        migrate::recreate(&self.sandbox_place)?;
        let book = Book::open_with(self.sandbox_place.clone(), Clock::wall(), Mode::Sandbox, terms, self.batch_max)?;
        *open = Some(Arc::new(book));
        Ok(())
    }

    fn sandbox(&self) -> Result<Arc<Book>, ConnectError> {
        let mut open = self.sandbox.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(book) = &*open {
            return Ok(Arc::clone(book));
        }
        let book = Arc::new(Book::open_with(
            self.sandbox_place.clone(),
            Clock::wall(),
            Mode::Sandbox,
            Terms::default(),
            self.batch_max,
        )?);
        *open = Some(Arc::clone(&book));
        Ok(book)
    }
}
