//! A visit through a link: evidence with a time, a code and a visitor.

use serde::{Deserialize, Serialize};

use super::id::{ClickId, CodeId, Mark, ReferrerId, VisitorId};
use super::instant::Instant;

/// One visit. Its id, as 32 hexadecimal digits, is the opaque `ref` that travels to the shop and back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Click {
    /// The click, and the `ref` value.
    pub id: ClickId,
    /// The code in the link.
    pub code_id: CodeId,
    /// Whose code it was.
    pub referrer_id: ReferrerId,
    /// The browser, by its first-party cookie.
    pub visitor: VisitorId,
    /// When.
    pub at: Instant,
    /// Whether a page fetched the link as a part of itself (`Sec-Fetch-Dest`), which no visitor does.
    pub embedded: bool,
    /// The keyed hash of the visitor's network.
    pub block: Option<Mark>,
}

/// The `ref` value that names a click.
#[must_use]
pub fn reference_of(click: ClickId) -> String {
    click.uuid().simple().to_string()
}

/// The click that a `ref` value names; anything else a shop may send is no evidence, not an error.
#[must_use]
pub fn click_named_by(reference: &str) -> Option<ClickId> {
    let shaped = reference.len() == 32 && reference.bytes().all(|byte| byte.is_ascii_hexdigit());
    if shaped { reference.parse().ok() } else { None }
}
