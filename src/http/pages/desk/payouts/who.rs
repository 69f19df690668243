//! Who prepared and approved: people by their names, programs by what they are.

use crate::http::callers::Caller;
use crate::http::pages::desk::who::Who;
use crate::http::pages::frame::Frame;
use crate::http::problem::ApiError;
use crate::operations::prepare_scheduled::SCHEDULE;

/// Who acted, in words.
pub(super) async fn named(caller: &Caller, frame: &Frame, actor: &str) -> Result<String, ApiError> {
    if actor == SCHEDULE {
        return Ok(frame.say("payouts-by-schedule"));
    }
    let who = Who::of(&caller.on_live(), [actor].into_iter()).await?;
    let person = who.person(actor).map(|login| if login.name.is_empty() { &login.email } else { &login.name });
    Ok(person.cloned().unwrap_or_else(|| frame.say("payouts-by-program")))
}

/// Whether both acted for the same person.
pub(super) async fn same_person(caller: &Caller, one: &str, other: &str) -> Result<bool, ApiError> {
    let who = Who::of(&caller.on_live(), [one, other].into_iter()).await?;
    Ok(who.person(one).zip(who.person(other)).is_some_and(|(one, other)| one.id == other.id))
}
