//! Where letters go: to a mail server, into files, or into a test's memory.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use lettre::Message;
use thiserror::Error;
use uuid::Uuid;

use super::letter::{Letter, LetterError};
use super::smtp::{Smtp, SmtpSettings};
use crate::domain::mask::mask_address;

/// How much of a server's answer is kept, in characters.
const TEXT_MAX: usize = 200;

/// Why a letter did not go.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SendError {
    /// Try again later: the network, the server, its load, or our account there.
    #[error("not sent yet: {text}")]
    Transient {
        /// The SMTP reply code, if there was a reply.
        code: Option<u16>,
        /// What was said, on one line, with the recipient masked.
        text: String,
    },
    /// The server will not take this letter for this recipient, or the address is none.
    #[error("refused for good: {text}")]
    Permanent {
        /// The SMTP reply code, if there was a reply.
        code: Option<u16>,
        /// Whether nobody has this address: no letter to it will ever arrive.
        bounced: bool,
        /// What was said, on one line, with the recipient masked.
        text: String,
    },
    /// The letter itself is malformed; it was shown to no server.
    #[error("not a letter: {0}")]
    Refused(String),
}

impl SendError {
    /// The SMTP reply code, if there was a reply.
    #[must_use]
    pub const fn code(&self) -> Option<u16> {
        match self {
            Self::Transient { code, .. } | Self::Permanent { code, .. } => *code,
            Self::Refused(_) => None,
        }
    }

    /// Whether another attempt may succeed.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Transient { .. })
    }

    /// Servers like to repeat the address that they refuse; logs and jobs must not hold it.
    fn masked(self) -> Self {
        let word = |word: &str| {
            if word.contains('@') { mask_address(word.trim_start_matches(['<', '"', '\''])) } else { word.to_owned() }
        };
        let clean =
            |text: String| text.split_whitespace().map(word).collect::<Vec<_>>().join(" ").chars().take(TEXT_MAX).collect();
        match self {
            Self::Transient { code, text } => Self::Transient { code, text: clean(text) },
            Self::Permanent { code, bounced, text } => Self::Permanent { code, bounced, text: clean(text) },
            Self::Refused(text) => Self::Refused(clean(text)),
        }
    }
}

impl From<LetterError> for SendError {
    fn from(error: LetterError) -> Self {
        match error {
            LetterError::Recipient => Self::Permanent { code: None, bounced: false, text: error.to_string() },
            LetterError::Field(_) => Self::Refused(error.to_string()),
        }
    }
}

impl From<io::Error> for SendError {
    fn from(error: io::Error) -> Self {
        Self::Transient { code: None, text: error.to_string() }
    }
}

/// A way for letters to leave the house. Shared by threads; sending blocks.
#[derive(Debug)]
pub enum Mailer {
    /// To a mail server.
    Smtp(Box<Smtp>),
    /// Into `<directory>/<uuid>.eml`: the demo, the sandbox, and trying things out.
    File {
        /// Where.
        directory: PathBuf,
        /// Whether each letter is on the disk before it counts as sent.
        synced: bool,
    },
    /// Into memory: tests.
    Memory(Arc<Mutex<Vec<Letter>>>),
    /// Nowhere: mail jobs wait until a way is set.
    Off,
}

impl Mailer {
    /// A mailer to a mail server; connects with the first letter.
    ///
    /// # Errors
    /// When the settings contradict each other.
    pub fn smtp(settings: &SmtpSettings) -> Result<Self, String> {
        Smtp::new(settings).map(|smtp| Self::Smtp(Box::new(smtp)))
    }

    /// A mailer into the directory `dir`, which is made with the first letter.
    #[must_use]
    pub fn file(dir: impl Into<PathBuf>) -> Self {
        Self::File { directory: dir.into(), synced: true }
    }

    /// [`Self::file`] for letters that may be lost with the machine's power: a demo writes thousands
    /// of them, and each wait for the disk costs as much as a sale.
    #[must_use]
    pub fn file_unsynced(dir: impl Into<PathBuf>) -> Self {
        Self::File { directory: dir.into(), synced: false }
    }

    /// A mailer into memory, and that memory.
    #[must_use]
    pub fn memory() -> (Self, Arc<Mutex<Vec<Letter>>>) {
        let letters = Arc::new(Mutex::default());
        (Self::Memory(Arc::clone(&letters)), letters)
    }

    /// Whether there is a way out at all; without one the worker leaves mail jobs unclaimed.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        !matches!(self, Self::Off)
    }

    /// Sends `letter`. May be repeated with the same letter: its Message-ID stays.
    ///
    /// # Errors
    /// See [`SendError`].
    pub fn send(&self, letter: &Letter) -> Result<(), SendError> {
        self.dispatch(letter, &letter.message()?).map_err(SendError::masked)
    }

    /// Removes letters that went into files, with what is left of attempts to write them; returns how many there were.
    /// What went to a mail server has left the house.
    ///
    /// # Errors
    /// What the system says of a file that is there and cannot be removed.
    pub fn forget(&self, ids: &[Uuid]) -> io::Result<usize> {
        match self {
            Self::File { directory, .. } => {
                let remove = |id: &Uuid| match fs::remove_file(directory.join(format!("{id}.eml"))) {
                    Ok(()) => Ok(1),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
                    Err(error) => Err(error),
                };
                ids.iter().map(remove).sum()
            }
            Self::Memory(letters) => {
                let mut letters = letters.lock().unwrap_or_else(PoisonError::into_inner);
                let before = letters.len();
                letters.retain(|letter| letter.uuid().map_or(true, |id| !ids.contains(&id)));
                Ok(before - letters.len())
            }
            Self::Smtp(_) | Self::Off => Ok(0),
        }
    }

    fn dispatch(&self, letter: &Letter, message: &Message) -> Result<(), SendError> {
        match self {
            Self::Smtp(smtp) => smtp.send(message),
            Self::File { directory, synced } => {
                let name = letter.uuid()?.to_string();
                Ok(write_whole(directory, &name, &message.formatted(), *synced)?)
            }
            Self::Memory(letters) => {
                letters.lock().unwrap_or_else(PoisonError::into_inner).push(letter.clone());
                Ok(())
            }
            Self::Off => Err(SendError::Transient { code: None, text: "no way to send mail is set".to_owned() }),
        }
    }
}

/// Writes aside and renames, so that a reader sees a whole letter or none, and a repeated attempt
/// replaces its predecessor.
fn write_whole(directory: &Path, name: &str, content: &[u8], synced: bool) -> io::Result<()> {
    /// Two attempts at once (a rescued lease) must not share a draft.
    static DRAFTS: AtomicU64 = AtomicU64::new(0);
    fs::create_dir_all(directory)?;
    let draft = directory.join(format!(".{name}.{}-{}", std::process::id(), DRAFTS.fetch_add(1, Ordering::Relaxed)));
    let written = File::create(&draft)
        .and_then(|mut file| file.write_all(content).and_then(|()| if synced { file.sync_all() } else { Ok(()) }))
        .and_then(|()| fs::rename(&draft, directory.join(format!("{name}.eml"))));
    if written.is_err() {
        // The letter's error is the one to report, not that of sweeping up.
        let _ = fs::remove_file(&draft);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::MailId;
    use crate::domain::instant::Instant;
    use crate::mail::letter::{Sender, message_id};

    fn letter(number: u128) -> Letter {
        Letter {
            message_id: message_id(MailId::from_uuid(Uuid::from_u128(number)), "shop.example"),
            date: Instant::from_micros(1_795_000_000_000_000),
            from: Sender::new("rewards@shop.example", Some("Bergrad")).expect("a sender"),
            reply_to: None,
            to: "jane@example.com".to_owned(),
            to_name: None,
            subject: "12.50 EUR is ready".to_owned(),
            text: "Hello\n".to_owned(),
            html: "<p>Hello</p>\n".to_owned(),
            unsubscribe: None,
            list_id: "commission_approved.shop.example".to_owned(),
            language: "en",
        }
    }

    #[test]
    fn a_letter_sent_twice_is_one_file() {
        let home = tempfile::tempdir().expect("a directory");
        let directory = home.path().join("data/mail");
        let mailer = Mailer::file(&directory);
        for subject in ["first attempt", "second attempt"] {
            mailer.send(&Letter { subject: subject.to_owned(), ..letter(1) }).expect("sent");
        }
        mailer.send(&letter(2)).expect("sent");
        let mut names: Vec<_> = fs::read_dir(&directory)
            .expect("a directory")
            .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
            .collect();
        names.sort();
        assert_eq!(names, ["00000000-0000-0000-0000-000000000001.eml", "00000000-0000-0000-0000-000000000002.eml"]);
        let kept = fs::read_to_string(directory.join(&names[0])).expect("a letter");
        assert!(kept.contains("Subject: second attempt\r\n"));
    }

    #[test]
    fn letters_that_are_forgotten_are_gone_and_the_others_stay() {
        let home = tempfile::tempdir().expect("a directory");
        let mailer = Mailer::file(home.path());
        (1..=3).for_each(|number| mailer.send(&letter(number)).expect("sent"));
        let ids = [Uuid::from_u128(1), Uuid::from_u128(3), Uuid::from_u128(9)];
        assert_eq!(mailer.forget(&ids).expect("removed"), 2);
        assert_eq!(mailer.forget(&ids).expect("removed"), 0);
        assert!(home.path().join("00000000-0000-0000-0000-000000000002.eml").exists());
        let (memory, letters) = Mailer::memory();
        (1..=3).for_each(|number| memory.send(&letter(number)).expect("sent"));
        assert_eq!(memory.forget(&ids).expect("removed"), 2);
        assert_eq!(letters.lock().expect("letters").len(), 1);
    }

    #[test]
    fn a_full_disk_is_worth_another_try_and_leaves_no_draft() {
        let home = tempfile::tempdir().expect("a directory");
        // A directory in the letter's place makes the rename fail after the draft was written.
        fs::create_dir_all(home.path().join("00000000-0000-0000-0000-000000000001.eml/x")).expect("a directory");
        assert!(Mailer::file(home.path()).send(&letter(1)).expect_err("no room").is_transient());
        assert_eq!(fs::read_dir(home.path()).expect("a directory").count(), 1);
    }

    #[test]
    fn threads_share_a_mailer() {
        fn shared<T: Send + Sync>() {}
        shared::<Mailer>();
    }

    #[test]
    fn memory_keeps_what_was_sent_and_off_keeps_nothing() {
        let (mailer, letters) = Mailer::memory();
        mailer.send(&letter(1)).expect("sent");
        assert_eq!(*letters.lock().expect("letters"), [letter(1)]);
        assert!(mailer.is_on() && !Mailer::Off.is_on());
        assert!(Mailer::Off.send(&letter(1)).expect_err("no way").is_transient());
    }

    #[test]
    fn malformed_letters_are_refused_by_every_mailer() {
        let (mailer, letters) = Mailer::memory();
        let nobody = Letter { to: "nobody".to_owned(), ..letter(1) };
        assert!(matches!(mailer.send(&nobody), Err(SendError::Permanent { code: None, .. })));
        let split = Letter { subject: "a\r\nBcc: eve@example.com".to_owned(), ..letter(1) };
        assert!(matches!(mailer.send(&split), Err(SendError::Refused(_))));
        assert!(letters.lock().expect("letters").is_empty());
    }

    #[test]
    fn an_answer_that_names_the_reader_is_masked_and_cut() {
        let text = format!("<Jane@example.com>:\r\nunknown {}", "x".repeat(500));
        let SendError::Permanent { code, text, .. } = (SendError::Permanent { code: Some(550), bounced: true, text }).masked()
        else {
            panic!("another kind");
        };
        assert_eq!(code, Some(550));
        assert!(text.starts_with("J***@example.com: unknown xxx") && text.chars().count() == TEXT_MAX, "{text}");
    }
}
