//! Who did what, read.

use diesel::prelude::*;

use super::schema::audit_log;
use super::types::{AnyId, Json};
use super::{Conn, DbResult};
use crate::domain::id::AuditId;
use crate::domain::instant::Instant;

/// An act.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = audit_log)]
pub struct Act {
    /// The entry.
    pub id: AuditId,
    /// Who, such as `owner:0190…`.
    pub actor: String,
    /// What, such as `referrer.pause`.
    pub action: String,
    /// On what.
    pub subject_id: AnyId,
    /// Ids, amounts and the given reason.
    pub detail: Json<serde_json::Value>,
    /// When.
    pub created_at: Instant,
}

/// Up to `most` acts, newest first, older than `before`.
///
/// # Errors
/// What the database reports.
pub fn newest(conn: &mut Conn<'_>, before: Option<AuditId>, most: i64) -> DbResult<Vec<Act>> {
    on_db!(conn, c => {
        let mut acts = audit_log::table.into_boxed();
        if let Some(before) = before {
            acts = acts.filter(audit_log::id.lt(before));
        }
        acts.order(audit_log::id.desc()).limit(most).select(Act::as_select()).load(c)
    })
}
