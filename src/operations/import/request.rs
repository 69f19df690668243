//! How a file is to be taken in.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::intake::amount::DecimalSign;
use crate::domain::intake::date::DayOrder;
use crate::domain::intake::{Column, ImportKind};
use crate::domain::money::Currency;
use crate::files::Dialect;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportRequest {
    /// What the file holds.
    pub kind: ImportKind,
    /// The file's name, for people.
    pub name: String,
    /// The storefront of the orders and customer numbers.
    pub source: String,
    /// What the file's reader need not guess.
    pub dialect: Dialect,
    /// Which header means what, where the guess is wrong; an empty header means none.
    pub columns: BTreeMap<Column, String>,
    /// The decimal sign, where the file does not tell.
    pub decimal: Option<DecimalSign>,
    /// The order of day and month, where the file does not tell.
    pub dates: Option<DayOrder>,
    /// The currency of rows that name none; else the program's.
    pub currency: Option<Currency>,
    /// Whether the orders are of the past: they tell old customers from new and earn nothing.
    pub history: bool,
    /// Whether the ledger is to stay as it is.
    pub dry_run: bool,
}
