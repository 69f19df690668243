//! Retires a code, brings it back, or lets its link lead elsewhere.

use serde_json::json;

use crate::db::referrers::{self, CodeRow};
use crate::db::types::AnyId;
use crate::db::{DbResult, Tx, lost_race, outbox, terms};
use crate::domain::code::Code;
use crate::domain::field::FieldError;
use crate::domain::instant::Instant;
use crate::domain::referrer::CodeStatus;

/// What to change; the outer none leaves a field alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CodeChange {
    /// Whether it earns.
    pub status: Option<CodeStatus>,
    /// Where its link leads; the inner none is the shop's front page.
    pub destination: Option<Option<String>>,
}

/// How it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodeChanged {
    /// There is no such code, or its owner was erased.
    Unknown,
    /// The link may not lead there.
    Refused(FieldError),
    /// As it stands now.
    Done(CodeRow),
}

/// Changes the code that looks like `code`.
///
/// # Errors
/// What the database reports.
pub fn change_code(tx: &mut Tx<'_>, now: Instant, actor: &str, code: &Code, change: &CodeChange) -> DbResult<CodeChanged> {
    let skeletons = [code.skeleton()];
    let Some(found) = referrers::codes_by_skeleton(tx, &skeletons)?.pop() else { return Ok(CodeChanged::Unknown) };
    if let Some(Some(destination)) = &change.destination
        && let Some(program) = terms::program(tx)?
        && let Some(current) = program.current()
        && let Err(fault) = current.terms.check_destination("/destination", destination)
    {
        return Ok(CodeChanged::Refused(fault));
    }
    if referrers::lock(tx, &[found.referrer_id])?.iter().any(|row| row.erased_at.is_some()) {
        return Ok(CodeChanged::Unknown);
    }
    let Some(before) = referrers::codes_by_skeleton(tx, &skeletons)?.pop() else { return Err(lost_race()) };
    if before.referrer_id != found.referrer_id {
        // A merge gave it to another referrer, whose lock is not held.
        return Err(lost_race());
    }
    let after = CodeRow {
        status: change.status.unwrap_or(before.status),
        destination: change.destination.clone().unwrap_or_else(|| before.destination.clone()),
        ..before.clone()
    };
    if after != before {
        referrers::update_code(tx, &after)?;
        let detail = json!({ "status": after.status, "destination": after.destination });
        outbox::audit(tx, actor, "code.change", AnyId::from_uuid(after.id.uuid()), detail, now)?;
    }
    Ok(CodeChanged::Done(after))
}
