//! A customer enrolled to introduce others.

use serde::{Deserialize, Serialize};

/// Where a referrer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReferrerStatus {
    /// Named by a buyer, not enrolled yet; earns all the same.
    Invited,
    /// Enrolled.
    Active,
    /// Set aside by the owner: earns nothing new and is not paid until resumed.
    Paused,
}

/// Where somebody stands who asked to become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JoinStatus {
    /// The owner has not decided.
    Open,
    /// He is one.
    Accepted,
    /// The owner said no.
    Declined,
}

/// Where a code stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeStatus {
    /// Earns.
    Active,
    /// Earns no more; its clicks and sales stay.
    Retired,
}
