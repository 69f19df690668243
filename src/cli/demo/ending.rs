//! What the visitor is left with: a way in, and three things to look at.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::replay::ACTOR;
use crate::cli::{Failure, Outcome, fail, say};
use crate::domain::id::{ReferrerId, SaleId};
use crate::domain::money::Money;
use crate::domain::principal::{Mode, Role};
use crate::operations::books::Books;
use crate::operations::create_token::{NewToken, create_token};
use crate::tokens::{Claims, Keyring};

/// Holds the token as curl takes it (`-H @FILE`), so that no line to copy is longer than a screen.
pub(super) const HEADER_FILE: &str = "owner.header";

const TOKEN_DAYS: i64 = 30;

/// What there is to look at.
pub(super) struct Sights {
    /// The referrer who earned most.
    pub(super) referrer: ReferrerId,
    /// The first order he was credited with.
    pub(super) sale: SaleId,
    /// What is ready and was not paid, for it is too little for each.
    pub(super) waiting: Vec<Money>,
}

/// Prints an owner's token and three lines to try.
pub(super) fn invite(books: &Books, keys: &Keyring, folder: &Path, address: &str, sights: &Sights) -> Outcome {
    let token = token(books, keys)?;
    let file = folder.join(HEADER_FILE);
    write_private(&file, &format!("Authorization: Bearer {token}\n")).map_err(fail)?;
    let file = file.canonicalize().map_err(fail)?;
    let try_it = |title: &str, path: &str| say(format!("# {title}\ncurl -s -H '@{}' '{address}{path}'", quoted(&file)));
    say(format!("\nAn owner's token, good for {TOKEN_DAYS} days:\n{token}\n\nThree lines to try in another terminal:"));
    try_it("the payout report of 1997", "/v1/reports/payouts?from=1997-01-01&to=1998-01-01");
    try_it("what the busiest referrer has", &format!("/v1/referrers/{}/balance", sights.referrer));
    try_it("why he earned his first commission", &format!("/v1/sales/{}/explanation", sights.sale));
    let waiting: Vec<String> = sights.waiting.iter().map(ToString::to_string).collect();
    say(format!(
        "\nThe clock is today's again. {} still wait for referrers who have less than the payout minimum. Stop with Ctrl-C.",
        waiting.join(", ")
    ));
    Ok(())
}

fn token(books: &Books, keys: &Keyring) -> Result<String, Failure> {
    let request = NewToken {
        role: Role::Owner,
        mode: Mode::Live,
        source: None,
        referrer_id: None,
        origin: None,
        valid_seconds: TOKEN_DAYS * 86_400,
    };
    let row = books.live.writer.write_blocking(move |tx, now| create_token(tx, now, &request, ACTOR)).map_err(fail)?;
    keys.mint(&Claims::new(&row.principal(), row.created_at, row.expires_at)).map_err(fail)
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?.write_all(text.as_bytes())
}

/// Inside single quotes of a shell.
fn quoted(path: &Path) -> String {
    path.display().to_string().replace('\'', "'\\''")
}
