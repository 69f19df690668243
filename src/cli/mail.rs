//! `hound mail test`: sends one letter, to see whether letters arrive.

use super::worker::{letterhead, transport};
use super::{Failure, Outcome, fail, say};
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::id::MailId;
use crate::domain::locale::Locale;
use crate::mail::{Letter, mask_address, message_id};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Sends a letter that says so to an address, by the way that is set
    Test {
        /// Where to
        address: String,
    },
}

pub(super) fn run(command: &Command, config: &Config) -> Outcome {
    let Command::Test { address } = command;
    let mailer = transport(config)?;
    if !mailer.is_on() {
        return Err(Failure("no transport is set; set HOUND_MAIL_MODE to smtp or file".to_owned()));
    }
    let head = letterhead(config, config.base_url.as_deref().unwrap_or("http://localhost"))?;
    let now = Clock::wall().now();
    let letter = Letter {
        message_id: message_id(MailId::new(now), &head.host()),
        date: now,
        from: head.sender,
        reply_to: head.reply_to,
        to: address.clone(),
        to_name: None,
        subject: "A test letter from houndplan".to_owned(),
        text: "If you read this, letters arrive.\n".to_owned(),
        html: "<!doctype html><html lang=\"en\"><body><p>If you read this, letters arrive.</p></body></html>\n".to_owned(),
        unsubscribe: None,
        list_id: String::new(),
        language: Locale::En.tag(),
    };
    mailer.send(&letter).map_err(fail)?;
    say(format!("sent to {}: {}", mask_address(address), letter.message_id));
    Ok(())
}
