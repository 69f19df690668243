//! `hound worker`: the background work in a process of its own.

use std::sync::Arc;

use super::copy::refuse_moved;
use super::token::keyring;
use super::{Failure, Outcome, fail, open_books};
use crate::config::{Config, MailSettings};
use crate::http::app::Pen;
use crate::mail::{Mailer, Sender, Texts};
use crate::operations::books::Books;
use crate::outbound::Outbound;
use crate::tokens::Keyring;
use crate::worker::{Letterhead, Post, Worker};

/// The sender of letters that only ever land in files, when none is set.
const UNSET_SENDER: &str = "houndplan@localhost.localdomain";

pub(super) fn run(config: &Config) -> Outcome {
    let books = Arc::new(open_books(config)?);
    refuse_moved(&books)?;
    let base_url = config.base_url.clone().unwrap_or_else(|| format!("http://{}", config.listen));
    let keys = keyring(config, &books)?;
    let worker = start(config, &books, &base_url, &keys)?;
    worker.run_until_told_to_stop().map_err(fail)?;
    books.live.writer.stop();
    Ok(())
}

/// Starts the post room of this process.
pub(super) fn start(config: &Config, books: &Arc<Books>, base_url: &str, keys: &Keyring) -> Result<Worker, Failure> {
    let post = Post {
        books: Arc::clone(books),
        live: transport(config)?,
        sandbox: Mailer::file(config.data_dir.join("mail").join("sandbox")),
        letterhead: Letterhead { links: Some(keys.links()), ..letterhead(config, base_url)? },
        outbound: Outbound::new(config.outward.clone()),
        vault: keys.vault(),
    };
    Worker::start(post).map_err(fail)
}

/// How live letters leave the house.
pub(super) fn transport(config: &Config) -> Result<Mailer, Failure> {
    match &config.mail {
        MailSettings::Unset | MailSettings::Off => Ok(Mailer::Off),
        MailSettings::File(folder) => Ok(Mailer::file(folder.clone())),
        MailSettings::Smtp(settings) => Mailer::smtp(settings).map_err(Failure),
    }
}

/// What every letter of this installation carries.
pub(super) fn letterhead(config: &Config, base_url: &str) -> Result<Letterhead, Failure> {
    let texts = texts(config);
    let address = config.mail_from.as_deref().unwrap_or(UNSET_SENDER);
    let sender = Sender::new(address, config.mail_from_name.as_deref()).map_err(fail)?;
    Ok(Letterhead {
        sender,
        reply_to: config.mail_reply_to.clone(),
        base_url: base_url.to_owned(),
        texts,
        calm: config.mail_calm,
        links: None,
    })
}

/// What writes letters that are only tried. What is wrong with the shop's own texts the worker tells.
pub(super) fn pen(config: &Config) -> Result<Pen, Failure> {
    let texts = config.templates_dir.as_ref().map_or_else(Texts::built_in, |folder| Texts::with_folder(folder).0);
    let address = config.mail_from.as_deref().unwrap_or(UNSET_SENDER);
    let sender = Sender::new(address, config.mail_from_name.as_deref()).map_err(fail)?;
    Ok(Pen { texts, mailer: transport(config)?, sender: Some(sender), reply_to: config.mail_reply_to.clone() })
}

/// The texts of letters; what is wrong with the shop's own is told once, here.
fn texts(config: &Config) -> Texts {
    let Some(folder) = &config.templates_dir else { return Texts::built_in() };
    let (texts, faults) = Texts::with_folder(folder);
    for fault in faults {
        tracing::warn!(%fault, ours_instead = fault.refused, "HOUND_TEMPLATES_DIR holds a text that is not as it should be");
    }
    texts
}
