//! `hound admin`: ways in for whoever keeps the machine, when nobody else has one.

use std::io::Write;

use super::copy::refuse_moved;
use super::token::keyring;
use super::{Failure, Outcome, fail, open_books, say};
use crate::config::Config;
use crate::db::login_links::LoginLink;
use crate::db::logins::{self, Login};
use crate::domain::customer::CustomerKey;
use crate::domain::login::LinkKind;
use crate::operations::books::Books;
use crate::operations::open_session;
use crate::tokens::Keyring;

/// Who makes links, in the audit log.
const ACTOR: &str = "operator";

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Prints the link that sets the shop up, as long as nobody can sign in
    SetupLink,
    /// Prints a link by which somebody who signs in chooses a new password
    Reset {
        /// The mail address he signs in with
        email: String,
    },
}

pub(super) fn run(command: &Command, config: &Config) -> Outcome {
    let books = open_books(config)?;
    refuse_moved(&books)?;
    let keys = keyring(config, &books)?;
    let base_url = config.base_url.clone().unwrap_or_else(|| format!("http://{}", config.listen));
    match command {
        Command::SetupLink => {
            let over = "the shop is set up: somebody can sign in; if the password is lost: hound admin reset EMAIL";
            let link = setup_link(&books)?.ok_or_else(|| Failure(over.to_owned()))?;
            say(setup_address(&keys, &base_url, &link));
            hint(&books, &link)
        }
        Command::Reset { email } => {
            let login = somebody(&books, email)?;
            let (id, kind) = (login.id, LinkKind::Reset);
            let made = books.live.writer.write_blocking(move |tx, now| open_session::make_link(tx, now, kind, Some(id), ACTOR));
            let link = made.map_err(fail)?;
            say(format!("{base_url}/reset/{}", keys.links().secret(link.id)));
            hint(&books, &link)
        }
    }
}

/// The link that sets the shop up; none when somebody can sign in.
pub(super) fn setup_link(books: &Books) -> Result<Option<LoginLink>, Failure> {
    // Most starts find somebody, and write nothing.
    if !books.live.readers.read(logins::none).map_err(fail)? {
        return Ok(None);
    }
    books.live.writer.write_blocking(move |tx, now| open_session::setup_link(tx, now, ACTOR)).map_err(fail)
}

/// Where a set-up link leads.
pub(super) fn setup_address(keys: &Keyring, base_url: &str, link: &LoginLink) -> String {
    format!("{base_url}/setup/{}", keys.links().secret(link.id))
}

/// How many minutes a link still works.
pub(super) fn minutes_left(books: &Books, link: &LoginLink) -> i64 {
    (link.expires_at.seconds() - books.live.clock.now().seconds() + 59).div_euclid(60)
}

fn hint(books: &Books, link: &LoginLink) -> Outcome {
    let minutes = minutes_left(books, link);
    drop(writeln!(std::io::stderr(), "open it within {minutes} minutes; it works once"));
    Ok(())
}

fn somebody(books: &Books, email: &str) -> Result<Login, Failure> {
    let email = CustomerKey::email("EMAIL", email).map_err(|error| Failure(format!("{} {}", error.pointer, error.message)))?;
    let known = books.live.readers.read(logins::all).map_err(fail)?;
    if let Some(login) = known.iter().find(|login| login.email == email.value) {
        return Ok(login.clone());
    }
    let others: Vec<&str> = known.iter().map(|login| login.email.as_str()).collect();
    Err(Failure(match others.as_slice() {
        [] => "nobody signs in here yet; set the shop up with the link of: hound admin setup-link".to_owned(),
        others => format!("nobody signs in as {}; those who do: {}", email.value, others.join(", ")),
    }))
}
