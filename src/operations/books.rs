//! The two ledgers of the house, each with its clock, its readers and its writers.

use std::sync::{Arc, Mutex, PoisonError};

use crate::clock::Clock;
use crate::db::connect::{ConnectError, Place};
use crate::db::pool::Readers;
use crate::db::transact::WriteError;
use crate::db::writer::{BATCH_MAX, Lane, Writer};
use crate::db::{migrate, terms};
use crate::domain::id::ProgramId;
use crate::domain::principal::Mode;
use crate::domain::program::{Terms, TermsVersion};

use super::record_sales::{SaleAnswer, SaleRequest, record_sales};
use super::refund_sales::{RefundAnswer, RefundRequest, refund_sales};

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
}

/// The live ledger, and the sandbox once somebody asks for it.
pub struct Books {
    /// The real one.
    pub live: Arc<Book>,
    sandbox_place: Place,
    sandbox: Mutex<Option<Arc<Book>>>,
}

impl Book {
    /// Migrates and opens the ledger at `place`, and gives it its program if it has none.
    ///
    /// # Errors
    /// When the database cannot be reached or is unfit.
    pub fn open(place: Place, clock: Clock, mode: Mode) -> Result<Self, ConnectError> {
        migrate::migrate(&place)?;
        let writer = Writer::start(&place, &clock, BATCH_MAX).map_err(|error| ConnectError(error.to_string()))?;
        let book = Self {
            mode,
            readers: Readers::new(&place),
            place,
            clock,
            record_sales: writer.lane(record_sales),
            refund_sales: writer.lane(refund_sales),
            writer,
        };
        book.ensure_program(Terms::default()).map_err(|error| ConnectError(error.to_string()))?;
        Ok(book)
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
        let live = Arc::new(Book::open(live, clock, Mode::Live)?);
        Ok(Self { live, sandbox_place: sandbox, sandbox: Mutex::new(None) })
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

    fn sandbox(&self) -> Result<Arc<Book>, ConnectError> {
        let mut open = self.sandbox.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(book) = &*open {
            return Ok(Arc::clone(book));
        }
        let book = Arc::new(Book::open(self.sandbox_place.clone(), Clock::wall(), Mode::Sandbox)?);
        *open = Some(Arc::clone(&book));
        Ok(book)
    }
}
