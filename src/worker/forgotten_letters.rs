//! Removes letters that went into files and told of people who were erased.

use uuid::Uuid;

use super::Post;
use crate::db::jobs::{self, Job};
use crate::db::transact::WriteError;
use crate::domain::id::LeaseToken;
use crate::domain::principal::Mode;
use crate::operations::books::Book;
use crate::operations::erase_customer::FORGET_LETTERS;

/// Jobs done in one round; each removes some hundred files.
const CLAIM: i64 = 4;

/// A folder that cannot be written now is tried again after so long, in seconds.
const AGAIN_SECONDS: i64 = 60;

/// Does what is due. Files that stay are tried again until they are gone.
pub(super) fn forget(post: &Post, book: &Book) -> Result<(), WriteError> {
    let now = book.clock.now();
    if !book.readers.read(move |conn| jobs::any_ready(conn, FORGET_LETTERS, now))? {
        return Ok(());
    }
    let mailer = match book.mode {
        Mode::Live => &post.live,
        Mode::Sandbox => &post.sandbox,
    };
    let token = LeaseToken::new(now);
    for job in book.writer.write_blocking(move |tx, now| jobs::claim(tx, FORGET_LETTERS, now, CLAIM, token))? {
        let outcome = mailer.forget(&letters_of(&job)).map_err(|error| error.to_string());
        let id = job.id;
        book.writer.write_blocking(move |tx, now| match &outcome {
            Ok(_) => jobs::finish(tx, id, token).map(drop),
            Err(error) => jobs::put_back(tx, id, token, Some(now.plus_seconds(AGAIN_SECONDS)), error).map(drop),
        })?;
    }
    Ok(())
}

fn letters_of(job: &Job) -> Vec<Uuid> {
    let named = job.payload.0.get("letters").and_then(|letters| letters.as_array());
    named.into_iter().flatten().filter_map(|id| id.as_str()?.parse().ok()).collect()
}
