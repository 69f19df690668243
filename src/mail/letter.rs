//! One letter, and the message it becomes.
//!
//! Header injection is impossible by construction: every field that becomes a header is refused if
//! it holds a control character, headers are typed, and a message whose lines do not all end in
//! CRLF is refused as a whole (lettre before 0.11.24 does not stuff dots after a bare LF,
//! RUSTSEC-2026-0561).

use std::fmt;
use std::time::{Duration, SystemTime};

use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};
use thiserror::Error;
use url::{Host, Url};
use uuid::Uuid;

use super::headers::{AutoSubmitted, ContentLanguage, ListId, ListUnsubscribe, ListUnsubscribePost};
use crate::domain::id::MailId;
use crate::domain::instant::Instant;
use crate::domain::mask::mask_address;

/// RFC 5321 §4.5.3.1.3: a path of 256 octets, less the angle brackets.
const ADDRESS_MAX: usize = 254;

/// The last second a `Date` header can name: 9999-12-31T23:59:59Z.
const DATE_MAX: u64 = 253_402_300_799;

/// Why a letter cannot become a message, however often it is tried. Names the field, never its
/// content, because the content is somebody's address or name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum LetterError {
    /// The recipient's address is none.
    #[error("the recipient's address is not a mail address")]
    Recipient,
    /// Another field is empty, malformed or holds control characters.
    #[error("the letter's {0} is empty, malformed or holds control characters")]
    Field(&'static str),
}

/// Whom a letter is from: the shop, under an address that its SPF and DKIM cover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender(Mailbox);

impl Sender {
    /// A sender with this address and, if given, this name.
    ///
    /// # Errors
    /// When the address is none or the name holds control characters.
    pub fn new(address: &str, name: Option<&str>) -> Result<Self, LetterError> {
        let address = parse_address(address).ok_or(LetterError::Field("sender"))?;
        let name = name.map(|name| header_text("sender", name)).transpose()?;
        Ok(Self(Mailbox::new(name, address)))
    }

    /// The bare address.
    #[must_use]
    pub fn address(&self) -> &str {
        self.0.email.as_ref()
    }

    /// The name shown beside it.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }
}

/// Everything that goes on paper and envelope.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// `<uuid@host>`, chosen when the letter was queued (see [`message_id`]); every attempt sends the same.
    pub message_id: String,
    /// When the letter was written.
    pub date: Instant,
    /// Whom it is from.
    pub from: Sender,
    /// Where answers go, if not to the sender.
    pub reply_to: Option<String>,
    /// The recipient's address.
    pub to: String,
    /// The recipient's name.
    pub to_name: Option<String>,
    /// One line.
    pub subject: String,
    /// The plain text, with `\n` line ends.
    pub text: String,
    /// The same as an HTML page.
    pub html: String,
    /// Where this kind of letter can be declined by one POST; `None` for kinds that always arrive.
    pub unsubscribe: Option<String>,
    /// `kind.host`, sent only where `unsubscribe` is (RFC 2919).
    pub list_id: String,
    /// The language of the text, such as `en`.
    pub language: &'static str,
}

impl fmt::Debug for Letter {
    /// Letters end up in logs by way of `{:?}`; the recipient must not.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Letter");
        shown.field("message_id", &self.message_id).field("to", &mask_address(&self.to)).field("subject", &self.subject);
        shown.finish_non_exhaustive()
    }
}

impl Letter {
    /// The message in MIME form, plain text first.
    ///
    /// # Errors
    /// When a field is empty, malformed or could break out of its header.
    pub fn message(&self) -> Result<Message, LetterError> {
        let to = parse_address(&self.to).ok_or(LetterError::Recipient)?;
        let to_name = self.to_name.as_deref().map(|name| header_text("recipient's name", name)).transpose()?;
        let mut builder = Message::builder()
            .message_id(Some(self.checked_message_id()?.to_owned()))
            .date(self.system_date())
            .from(self.from.0.clone())
            .to(Mailbox::new(to_name, to))
            .subject(header_text("subject", &self.subject)?)
            .header(AutoSubmitted::new("auto-generated"))
            .header(ContentLanguage::new(header_text("language", self.language)?));
        if let Some(reply_to) = &self.reply_to {
            let address = parse_address(reply_to).ok_or(LetterError::Field("reply address"))?;
            builder = builder.reply_to(Mailbox::new(None, address));
        }
        if let Some(unsubscribe) = &self.unsubscribe {
            let url = web_address(unsubscribe).ok_or(LetterError::Field("unsubscribe link"))?;
            builder = builder.header(ListUnsubscribe::new(format!("<{url}>")));
            // RFC 8058 §3.1 speaks of HTTPS only; a demo on plain HTTP keeps the older header.
            if url.scheme() == "https" {
                builder = builder.header(ListUnsubscribePost::new("List-Unsubscribe=One-Click"));
            }
            builder = builder.header(ListId::new(format!("<{}>", self.checked_list_id()?)));
        }
        let body = MultiPart::alternative_plain_html(body("text", &self.text)?, body("page", &self.html)?);
        let message = builder.multipart(body).map_err(|_| LetterError::Field("envelope"))?;
        if ends_every_line(&message.formatted()) { Ok(message) } else { Err(LetterError::Field("line ends")) }
    }

    /// The UUID inside the Message-ID: the same for every attempt, and safe as a file name.
    ///
    /// # Errors
    /// When the Message-ID is not `<uuid@host>`.
    pub fn uuid(&self) -> Result<Uuid, LetterError> {
        self.message_id_parts().map(|(uuid, _)| uuid).ok_or(LetterError::Field("message id"))
    }

    fn checked_message_id(&self) -> Result<&str, LetterError> {
        let well_formed = self.message_id_parts().is_some_and(|(_, host)| is_dot_atom(host));
        if well_formed { Ok(&self.message_id) } else { Err(LetterError::Field("message id")) }
    }

    fn message_id_parts(&self) -> Option<(Uuid, &str)> {
        let (uuid, host) = self.message_id.strip_prefix('<')?.strip_suffix('>')?.split_once('@')?;
        Some((Uuid::try_parse(uuid).ok()?, host))
    }

    fn checked_list_id(&self) -> Result<&str, LetterError> {
        if is_dot_atom(&self.list_id) { Ok(&self.list_id) } else { Err(LetterError::Field("list id")) }
    }

    fn system_date(&self) -> SystemTime {
        let seconds = u64::try_from(self.date.seconds()).unwrap_or(0).min(DATE_MAX);
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }
}

/// The Message-ID of the letter `id`, to be stored when it is queued. A `host` that cannot stand in
/// one (an IPv6 literal) is replaced; the UUID alone is unique.
#[must_use]
pub fn message_id(id: MailId, host: &str) -> String {
    let host = if is_dot_atom(host) { host } else { "localhost" };
    format!("<{id}@{host}>")
}

/// An address with its domain in ASCII, so that `jane@müller.example` needs no SMTPUTF8.
fn parse_address(text: &str) -> Option<Address> {
    if text.len() > ADDRESS_MAX || text.chars().any(char::is_control) {
        return None;
    }
    let (local, domain) = text.rsplit_once('@')?;
    let domain = match Host::parse(domain) {
        Ok(Host::Domain(ascii)) => ascii,
        _ => domain.to_owned(),
    };
    Address::new(local, domain).ok()
}

fn web_address(text: &str) -> Option<Url> {
    Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
}

fn header_text(field: &'static str, text: &str) -> Result<String, LetterError> {
    let clean =
        !text.trim().is_empty() && !text.chars().any(|letter| letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}'));
    if clean { Ok(text.to_owned()) } else { Err(LetterError::Field(field)) }
}

fn body(field: &'static str, text: &str) -> Result<String, LetterError> {
    let clean = !text.trim().is_empty() && !text.chars().any(|letter| letter.is_control() && letter != '\n' && letter != '\t');
    if clean { Ok(text.to_owned()) } else { Err(LetterError::Field(field)) }
}

/// RFC 5322 §3.2.3, less the characters that only look odd in an id.
fn is_dot_atom(text: &str) -> bool {
    let word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_+".contains(&byte));
    text.split('.').all(word)
}

/// Whether CR and LF occur only together.
fn ends_every_line(message: &[u8]) -> bool {
    let mut previous = 0;
    for &byte in message {
        if (byte == b'\n') != (previous == b'\r') {
            return false;
        }
        previous = byte;
    }
    previous != b'\r'
}

#[cfg(test)]
#[path = "letter_tests.rs"]
mod tests;
