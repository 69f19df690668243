//! Who is asking, and what that lets him see.

use serde::{Deserialize, Serialize};

use super::id::{ReferrerId, TokenId};

/// What a token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything.
    Owner,
    /// Reads everything.
    Accountant,
    /// One storefront: reports and reads its own orders.
    Storefront,
    /// One referrer: reads what is his.
    Referrer,
    /// A browser of a named origin: reads a code.
    Publishable,
}

/// Which ledger a token works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// The real one.
    Live,
    /// The sandbox, on its own clock.
    Sandbox,
}

impl Mode {
    /// What an address says at its end so that it leads into this ledger.
    #[must_use]
    pub const fn query(self) -> &'static str {
        match self {
            Self::Live => "",
            Self::Sandbox => "?sandbox=1",
        }
    }

    /// The ledger that an address with this query leads into.
    #[must_use]
    pub fn asked_by(query: &str) -> Self {
        let sandbox = url::form_urlencoded::parse(query.as_bytes()).any(|(name, value)| name == "sandbox" && value == "1");
        if sandbox { Self::Sandbox } else { Self::Live }
    }
}

/// Whoever holds a valid token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The token.
    pub token_id: TokenId,
    /// What it may do.
    pub role: Role,
    /// Where.
    pub mode: Mode,
    /// The storefront it is bound to (only `Storefront`).
    pub source: Option<String>,
    /// The referrer it belongs to (only `Referrer`).
    pub referrer_id: Option<ReferrerId>,
    /// The browser origin it is bound to (only `Publishable`).
    pub origin: Option<String>,
}

impl Principal {
    /// The name under which this principal's acts are recorded, such as `owner:0190…`.
    #[must_use]
    pub fn actor(&self) -> String {
        let role = match self.role {
            Role::Owner => "owner",
            Role::Accountant => "accountant",
            Role::Storefront => "storefront",
            Role::Referrer => "referrer",
            Role::Publishable => "publishable",
        };
        format!("{role}:{}", self.token_id)
    }

    /// What this principal's queries are narrowed to.
    #[must_use]
    pub fn scope(&self) -> Scope {
        match self.role {
            Role::Owner | Role::Accountant => Scope::All,
            Role::Storefront => Scope::Source(self.source.clone().unwrap_or_default()),
            Role::Referrer => self.referrer_id.map_or(Scope::Nothing, Scope::Referrer),
            Role::Publishable => Scope::Nothing,
        }
    }
}

/// The rows a query may return.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// All.
    All,
    /// Orders of one storefront.
    Source(String),
    /// What belongs to one referrer.
    Referrer(ReferrerId),
    /// None.
    Nothing,
}
