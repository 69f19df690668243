//! The link and what goes with it when it is sent on: never without saying that there is a reward.

use url::form_urlencoded::byte_serialize;

use super::reader::Reader;
use super::shell::Shell;
use crate::db::referrers::CodeRow;
use crate::domain::commission::CommissionRule;
use crate::domain::earning::discount_for;
use crate::domain::notice::Promise;
use crate::domain::program::Terms;
use crate::domain::referrer::CodeStatus;

/// A link to be shared.
pub(super) struct Share {
    pub(super) code: String,
    pub(super) link: String,
    /// Where the picture of the link stands, and a large one for print.
    pub(super) qr: String,
    pub(super) qr_print: String,
    /// What is sent along, the disclosure in it.
    pub(super) text: String,
    /// Addresses that open the phone's own programs with the text.
    pub(super) ways: Vec<(&'static str, String)>,
    /// What the friend gets; none where he gets nothing extra.
    pub(super) friend_gets: Option<String>,
    /// What the referrer gets.
    pub(super) you_get: Option<String>,
}

impl Share {
    /// What `reader` shares: his newest code that works.
    pub(super) fn of(reader: &Reader, shell: &Shell, codes: &[CodeRow], tier: Option<&str>) -> Option<Self> {
        let code = codes.iter().rev().find(|code| code.status == CodeStatus::Active)?.code.clone();
        let link = reader.code_url(&code);
        let text = shell.tell("portal-share-text", &[("shop", &shell.shop)]);
        let query = reader.book.mode.query();
        let picture = |kind: &str| format!("{}/q/{code}.{kind}{query}", shell.at);
        let subject = shell.tell("portal-share-subject", &[("shop", &shell.shop)]);
        let (whole, subject) = (encoded(&format!("{text} {link}")), encoded(&subject));
        let ways = vec![
            ("portal-share-whatsapp", format!("https://wa.me/?text={whole}")),
            ("portal-share-mail", format!("mailto:?subject={subject}&body={whole}")),
            ("portal-share-sms", format!("sms:?&body={whole}")),
        ];
        let given = discount_for(&reader.terms, tier).and_then(|gives| gives.promise(reader.terms.currency));
        Some(Self {
            qr: picture("svg"),
            qr_print: picture("png"),
            code,
            link,
            text,
            ways,
            friend_gets: given.map(|promise| said(shell, promise)),
            you_get: you_get(shell, &reader.terms),
        })
    }
}

/// What one friend's purchase is worth.
pub(super) fn you_get(shell: &Shell, terms: &Terms) -> Option<String> {
    let promise: Option<Promise> = CommissionRule::promise(&terms.commission, terms.currency);
    promise.map(|promise| said(shell, promise))
}

fn said(shell: &Shell, promise: Promise) -> String {
    match promise {
        Promise::Share(rate) => shell.locale.share(rate),
        Promise::Sum(sum) => shell.money(&sum),
    }
}

/// `text` for the query of an address; programs for mail and messages take a plus as it stands.
fn encoded(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}
