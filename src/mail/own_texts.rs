//! The shop's own words, written at the desk and kept in the ledger: checked before they are kept, and once more
//! before they are used.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use fluent_bundle::FluentArgs;
use fluent_syntax::ast::{Entry, Resource};
use fluent_syntax::{parser, serializer};

use super::texts::{Bundle, Variables, bundle, format, judge, source, variables};
use crate::domain::locale::Locale;

/// Longer than any letter wants, in characters.
pub const TEXT_MAX: usize = 2_000;

/// A text in the place of one of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnText {
    /// Its language.
    pub locale: Locale,
    /// Which text.
    pub key: String,
    /// What it says: a pattern of Fluent, as it stands behind `key =` in a file.
    pub text: String,
}

/// Why a text cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhyNot {
    /// It is empty or longer than [`TEXT_MAX`].
    Length,
    /// It holds a control character.
    Control,
    /// It cannot be understood: a brace stands alone, or a line begins with a sign that means something else.
    Syntax,
    /// It uses a variable that this text does not have.
    Unknown(String),
    /// It uses something that only our own texts may, such as a function or another text.
    Foreign,
    /// There is no text of this name.
    NoSuchText,
}

static KNOWN: LazyLock<Variables> = LazyLock::new(|| variables(source(Locale::En)));

/// Texts of the desk, ready to be said.
#[derive(Default)]
pub(super) struct Kept {
    pub(super) rows: Vec<OwnText>,
    bundles: BTreeMap<Locale, Bundle>,
}

impl Kept {
    pub(super) fn new(rows: &[OwnText]) -> Self {
        let of = |locale: Locale| {
            let mine = rows.iter().filter(|row| row.locale == locale && check_text(&row.key, &row.text).is_ok());
            let sources: Vec<String> = mine.map(|row| written(&row.key, &row.text)).collect();
            (locale, bundle(locale, sources.iter().map(String::as_str)))
        };
        Self { rows: rows.to_vec(), bundles: Locale::ALL.into_iter().map(of).collect() }
    }

    pub(super) fn say(&self, locale: Locale, key: &str, args: &FluentArgs<'_>) -> Option<String> {
        self.bundles.get(&locale).and_then(|bundle| format(bundle, key, args))
    }
}

/// The names of all texts of letters, in the order in which they stand in our file.
#[must_use]
pub fn keys() -> Vec<&'static str> {
    let resource = parser::parse(source(Locale::En)).unwrap_or_else(|(resource, _)| resource);
    let named = |entry: &Entry<&'static str>| match entry {
        Entry::Message(message) => Some(message.id.name),
        _ => None,
    };
    resource.body.iter().filter_map(named).collect()
}

/// What our own text `key` says, as people write it.
#[must_use]
pub fn built_in(locale: Locale, key: &str) -> Option<String> {
    let resource = parser::parse(source(locale)).unwrap_or_else(|(resource, _)| resource);
    let entry = resource.body.into_iter().find(|entry| matches!(entry, Entry::Message(message) if message.id.name == key))?;
    Some(pattern_of(&serializer::serialize(&Resource { body: vec![entry] })))
}

/// The variables that the text `key` may use, without the dollar sign.
#[must_use]
pub fn variables_of(key: &str) -> Vec<String> {
    KNOWN.get(key).map(|names| names.iter().cloned().collect()).unwrap_or_default()
}

/// Checks a text that shall stand in the place of `key`.
///
/// # Errors
/// Why it cannot.
pub fn check_text(key: &str, text: &str) -> Result<(), WhyNot> {
    if !KNOWN.contains_key(key) {
        return Err(WhyNot::NoSuchText);
    }
    if text.trim().is_empty() || text.chars().count() > TEXT_MAX {
        return Err(WhyNot::Length);
    }
    if text.chars().any(|sign| sign.is_control() && sign != '\n') {
        return Err(WhyNot::Control);
    }
    let mut faults = Vec::new();
    let usable = judge("", &written(key, text), &KNOWN, &mut faults);
    let Some(fault) = faults.into_iter().find(|fault| fault.refused) else {
        return if usable.len() == 1 { Ok(()) } else { Err(WhyNot::Syntax) };
    };
    if fault.key.is_none() || fault.text.starts_with("must be") {
        return Err(WhyNot::Syntax);
    }
    let unknown = fault.text.strip_prefix("uses $").and_then(|rest| rest.split(';').next());
    Err(unknown.map_or(WhyNot::Foreign, |name| WhyNot::Unknown(name.to_owned())))
}

/// A text as a file has it. Each of its lines is set in, so none of them can be the name of another text.
fn written(key: &str, text: &str) -> String {
    let lines = text.trim().lines().map(|line| format!("    {line}\n"));
    format!("{key} =\n{}", lines.collect::<String>())
}

/// A message of a file without its name, as people write it.
pub(super) fn pattern_of(message: &str) -> String {
    let (_, value) = message.split_once('=').unwrap_or_default();
    let lines = value.lines().map(|line| line.strip_prefix("    ").unwrap_or_else(|| line.trim_start()));
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::texts::Texts;
    use super::*;

    #[test]
    fn every_text_of_ours_can_be_edited_and_kept_as_it_is() {
        assert!(keys().len() > 80);
        for (locale, key) in Locale::ALL.into_iter().flat_map(|locale| keys().into_iter().map(move |key| (locale, key))) {
            let text = built_in(locale, key).unwrap_or_else(|| panic!("{locale:?} {key}"));
            assert_eq!(check_text(key, &text), Ok(()), "{locale:?} {key}: {text}");
        }
        assert_eq!(built_in(Locale::En, "hello").as_deref(), Some("Hello { $name },"));
        assert_eq!(variables_of("hello"), ["name"]);
    }

    #[test]
    fn what_cannot_be_said_is_refused_with_its_reason() {
        let key = "payout_sent-subject";
        for (text, why) in [
            ("{ $amout } is gone", WhyNot::Unknown("amout".to_owned())),
            ("{ NUMBER($amount) }", WhyNot::Foreign),
            ("{ hello }", WhyNot::Foreign),
            ("{ $amount", WhyNot::Syntax),
            ("one\n.two = three", WhyNot::Syntax),
            ("", WhyNot::Length),
            ("a\u{7}b", WhyNot::Control),
        ] {
            assert_eq!(check_text(key, text), Err(why), "{text:?}");
        }
        assert_eq!(check_text("nothing-here", "a"), Err(WhyNot::NoSuchText));
        // A line cannot become another text.
        assert_eq!(check_text(key, "gone\nhello-nobody = caught"), Ok(()));
    }

    #[test]
    fn the_desk_speaks_before_us_and_after_the_folder() {
        let home = tempfile::tempdir().expect("a folder");
        std::fs::write(home.path().join("en.ftl"), "hello-nobody = From the folder\n").expect("a file");
        let (texts, _) = Texts::with_folder(home.path());
        let row = |key: &str, text: &str| OwnText { locale: Locale::En, key: key.to_owned(), text: text.to_owned() };
        texts.keep(&[
            row("hello-nobody", "From the desk"),
            row("footer-reply", "Write to us.\nAnytime."),
            row("some-reward", "{ $x }"),
        ]);
        let say = |key| texts.say(Locale::En, key, &FluentArgs::new());
        assert_eq!(say("hello-nobody").as_deref(), Some("From the folder"));
        assert_eq!(texts.of_folder(Locale::En, "hello-nobody"), Some("From the folder"));
        assert_eq!(say("footer-reply").as_deref(), Some("Write to us.\nAnytime."));
        assert_eq!(say("some-reward").as_deref(), Some("a reward"));
        texts.keep(&[]);
        assert_eq!(say("footer-reply").as_deref(), Some("Questions? Just reply."));
    }
}
