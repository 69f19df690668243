//! The way to a mail server.
//!
//! `lettre::SmtpTransport` would do all of this but tell where a 5xx was said. That is the question:
//! at greeting, AUTH or MAIL it means us, and every waiting letter must wait on; at RCPT or DATA it
//! means this letter, and trying again annoys the server.

use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{SmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::{Address, Message};

use super::dkim::{Dkim, DkimSettings};
use super::mailer::SendError;

/// How long each step may take. A job's lease must outlast a whole delivery, about ten steps.
const STEP_TIMEOUT: Duration = Duration::from_secs(20);

/// Servers hang up after five minutes of silence and routers forget sooner (lettre#743).
const IDLE_MAX: Duration = Duration::from_secs(60);

/// A secret that is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides `text`.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The value itself, for this room.
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// How the connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// Plain at first, encrypted by STARTTLS before anything is said; a server without it is refused.
    Starttls,
    /// Encrypted from the first byte.
    Tls,
    /// Never encrypted: only for a relay on the same host or network.
    None,
}

impl Security {
    /// The port that goes with it.
    #[must_use]
    pub const fn default_port(self) -> u16 {
        match self {
            Self::Starttls => 587,
            Self::Tls => 465,
            Self::None => 25,
        }
    }
}

impl FromStr for Security {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "starttls" => Ok(Self::Starttls),
            "tls" => Ok(Self::Tls),
            "none" => Ok(Self::None),
            _ => Err("is not one of starttls, tls, none"),
        }
    }
}

/// Where letters are handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmtpSettings {
    /// The server's name, as in its certificate.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is encrypted.
    pub security: Security,
    /// The account, if the server wants one.
    pub user: Option<String>,
    /// The account's password.
    pub password: Option<Secret>,
    /// How letters are signed, if they are.
    pub dkim: Option<DkimSettings>,
}

/// A mail server and the connections kept open to it.
pub struct Smtp {
    host: String,
    port: u16,
    security: Security,
    tls: TlsParameters,
    credentials: Option<Credentials>,
    hello: ClientId,
    dkim: Option<Dkim>,
    idle: Mutex<Vec<(SmtpConnection, Instant)>>,
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Smtp({}:{})", self.host, self.port)
    }
}

impl Smtp {
    /// Prepares the way; nothing is connected yet.
    ///
    /// # Errors
    /// When the settings contradict each other or TLS cannot be prepared.
    pub fn new(settings: &SmtpSettings) -> Result<Self, String> {
        let credentials = match (&settings.user, &settings.password) {
            (Some(user), Some(password)) => Some(Credentials::new(user.clone(), password.0.clone())),
            (None, None) => None,
            _ => return Err("SMTP needs user and password, or neither".to_owned()),
        };
        let dkim = settings.dkim.as_ref().map(Dkim::new).transpose()?;
        let tls = TlsParameters::new(settings.host.clone()).map_err(|error| error.to_string())?;
        Ok(Self {
            host: settings.host.clone(),
            port: settings.port,
            security: settings.security,
            tls,
            credentials,
            hello: ClientId::default(),
            dkim,
            idle: Mutex::default(),
        })
    }

    /// Hands `message` over and returns once the server has taken it.
    ///
    /// # Errors
    /// [`SendError::Permanent`] when the server refused this letter, [`SendError::Transient`] otherwise.
    pub fn send(&self, message: &Message) -> Result<(), SendError> {
        let mut connection = match self.waiting() {
            Some(connection) => connection,
            None => self.connect().map_err(|error| transient(&error))?,
        };
        let content = message.formatted();
        let content = match &self.dkim {
            Some(dkim) => dkim.sign(&content).map_err(|text| SendError::Transient { code: None, text })?,
            None => content,
        };
        match deliver(&mut connection, message, &content) {
            Ok(()) => {
                self.idle.lock().unwrap_or_else(PoisonError::into_inner).push((connection, Instant::now()));
                Ok(())
            }
            Err(refusal) => {
                // After a reply the server still listens, so part politely; after silence just go.
                if refusal.code().is_some() {
                    connection.abort();
                }
                Err(refusal)
            }
        }
    }

    /// Connects, says hello, turns on TLS and logs in as the settings say, and hangs up.
    ///
    /// # Errors
    /// What the server or the network said.
    pub fn try_out(&self) -> Result<(), String> {
        let mut connection = self.connect().map_err(|error| error.to_string())?;
        let alive = connection.test_connected();
        connection.abort();
        if alive { Ok(()) } else { Err("the mail server hung up".to_owned()) }
    }

    /// The DNS records of the keys that sign.
    #[must_use]
    pub fn dkim_records(&self) -> Vec<(String, String)> {
        self.dkim.as_ref().map(Dkim::records).unwrap_or_default()
    }

    /// A connection from before that is fresh and still answers.
    fn waiting(&self) -> Option<SmtpConnection> {
        loop {
            let (mut connection, since) = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()?;
            if since.elapsed() < IDLE_MAX && connection.test_connected() {
                return Some(connection);
            }
        }
    }

    fn connect(&self) -> Result<SmtpConnection, Error> {
        let wrapper = (self.security == Security::Tls).then_some(&self.tls);
        let server = (self.host.as_str(), self.port);
        let mut connection = SmtpConnection::connect(server, Some(STEP_TIMEOUT), &self.hello, wrapper, None)?;
        if self.security == Security::Starttls {
            connection.starttls(&self.tls, &self.hello)?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials)?;
        }
        Ok(connection)
    }
}

fn deliver(connection: &mut SmtpConnection, message: &Message, content: &[u8]) -> Result<(), SendError> {
    let envelope = message.envelope();
    let ascii = |address: &Address| AsRef::<str>::as_ref(address).is_ascii();
    let mut options = Vec::new();
    if !envelope.from().is_none_or(ascii) || !envelope.to().iter().all(ascii) {
        if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            return Err(SendError::Permanent {
                code: None,
                bounced: false,
                text: "the mail server takes only ASCII addresses".to_owned(),
            });
        }
        options.push(MailParameter::SmtpUtfEight);
    }
    if !content.is_ascii() {
        options.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    connection.command(Mail::new(envelope.from().cloned(), options)).map_err(|error| transient(&error))?;
    for recipient in envelope.to() {
        connection.command(Rcpt::new(recipient.clone(), Vec::new())).map_err(|error| refusal(&error))?;
    }
    connection.command(Data).map_err(|error| verdict(&error))?;
    connection.message(content).map_err(|error| verdict(&error))?;
    Ok(())
}

/// What an answer to RCPT or DATA means.
fn verdict(error: &Error) -> SendError {
    let code = error.status().map(u16::from);
    // RFC 4954 §6: "authenticate first" and its kin are about us, whenever they are said.
    let about_us = matches!(code, Some(530 | 534 | 535 | 538));
    if error.is_permanent() && !about_us {
        SendError::Permanent { code, bounced: false, text: error.to_string() }
    } else {
        transient(error)
    }
}

/// What an answer to RCPT means: there a 5xx is about the address, unless it says that it is about policy
/// (RFC 3463, X.7.X) or the mailbox's size.
fn refusal(error: &Error) -> SendError {
    match verdict(error) {
        SendError::Permanent { code, text, .. } => {
            let about_address = !text.contains("5.7.") && !text.contains("5.2.2") && code != Some(552);
            SendError::Permanent { code, bounced: about_address, text }
        }
        other => other,
    }
}

fn transient(error: &Error) -> SendError {
    SendError::Transient { code: error.status().map(u16::from), text: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_printed() {
        let settings = SmtpSettings {
            host: "mail.example".to_owned(),
            port: Security::Starttls.default_port(),
            security: "starttls".parse().expect("a security"),
            user: Some("shop".to_owned()),
            password: Some(Secret::new("hunter2")),
            dkim: None,
        };
        let smtp = Smtp::new(&settings).expect("settings");
        assert!(!format!("{settings:?}{smtp:?}").contains("hunter2"));
        assert!(Smtp::new(&SmtpSettings { password: None, ..settings }).is_err());
        assert!("ssl".parse::<Security>().is_err());
    }
}
