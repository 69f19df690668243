//! What letters say, by key and language: Fluent messages compiled in, and a shop's own in their
//! place. A text of the shop's that cannot be used is named once, and ours stands in for it: a
//! letter is never lost to a template.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::path::Path;
use std::sync::RwLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use fluent_syntax::parser;
use unic_langid::LanguageIdentifier;

use super::own_texts::{Kept, OwnText, pattern_of};
use crate::domain::locale::Locale;

/// The texts of one language.
pub(crate) type Bundle = FluentBundle<FluentResource>;

/// A shop's file longer than this is no file of texts, in bytes.
const FILE_MAX: u64 = 256 * 1024;

/// The messages in this program.
pub(super) const fn source(locale: Locale) -> &'static str {
    match locale {
        Locale::En => include_str!("texts/en.ftl"),
        Locale::De => include_str!("texts/de.ftl"),
    }
}

/// Why a text of the shop's is not used, or what it lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextFault {
    /// The file, from the folder down.
    pub file: String,
    /// The key, if the fault is in one.
    pub key: Option<String>,
    /// What is wrong.
    pub text: String,
    /// Whether our text is used instead; else the shop's is, and this is only worth a look.
    pub refused: bool,
}

impl fmt::Display for TextFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.key {
            Some(key) => write!(f, "{}: {key} {}", self.file, self.text),
            None => write!(f, "{}: {}", self.file, self.text),
        }
    }
}

/// One language.
struct Language {
    built_in: Bundle,
    own: Bundle,
    /// What the folder says, by key, as people write it.
    folder: BTreeMap<String, String>,
}

/// The texts of all languages.
pub struct Texts {
    languages: BTreeMap<Locale, Language>,
    /// What was written at the desk, as it was last read.
    kept: RwLock<Kept>,
}

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.languages.keys()).finish()
    }
}

/// The variables of each message.
pub(super) type Variables = BTreeMap<String, BTreeSet<String>>;

impl Texts {
    /// The texts in this program.
    #[must_use]
    pub fn built_in() -> Self {
        let language = |locale| {
            let (built_in, own) = (bundle(locale, [source(locale)]), bundle(locale, []));
            (locale, Language { built_in, own, folder: BTreeMap::new() })
        };
        Self { languages: Locale::ALL.into_iter().map(language).collect(), kept: RwLock::default() }
    }

    /// The texts in this program with those of the folder `dir` in their place: `<locale>.ftl` and
    /// `<locale>/<kind>.ftl`. Comes with every fault in them.
    #[must_use]
    pub fn with_folder(dir: &Path) -> (Self, Vec<TextFault>) {
        let mut texts = Self::built_in();
        let mut faults = Vec::new();
        if !dir.is_dir() {
            faults.push(of_file("", &format!("{} is no folder", dir.display())));
        }
        let known = variables(source(Locale::En));
        for (locale, language) in &mut texts.languages {
            let mut usable = Vec::new();
            for (file, content) in files(dir, *locale, &mut faults) {
                usable.extend(judge(&file, &content, &known, &mut faults));
            }
            language.own = bundle(*locale, usable.iter().map(String::as_str));
            let named =
                usable.iter().filter_map(|source| source.split_once(" =").map(|(key, _)| (key.to_owned(), pattern_of(source))));
            language.folder = named.collect();
        }
        (texts, faults)
    }

    /// What `key` says in `locale` with the values of `args`; none if there is no such text.
    #[must_use]
    pub fn say(&self, locale: Locale, key: &str, args: &FluentArgs<'_>) -> Option<String> {
        let language = self.languages.get(&locale)?;
        let fallback = || self.languages.get(&Locale::En).and_then(|english| format(&english.built_in, key, args));
        format(&language.own, key, args)
            .or_else(|| self.kept(|kept| kept.say(locale, key, args)).flatten())
            .or_else(|| format(&language.built_in, key, args))
            .or_else(fallback)
    }

    /// What the folder says in the place of `key`, as people write it; none if it says nothing.
    #[must_use]
    pub fn of_folder(&self, locale: Locale, key: &str) -> Option<&str> {
        self.languages.get(&locale)?.folder.get(key).map(String::as_str)
    }

    /// Puts the texts that were written at the desk in the place of ours; those of the folder stay before them. Costs
    /// nothing when they are as before.
    pub fn keep(&self, rows: &[OwnText]) {
        if self.kept(|kept| kept.rows == rows) == Some(true) {
            return;
        }
        let fresh = Kept::new(rows);
        if let Ok(mut kept) = self.kept.write() {
            *kept = fresh;
        }
    }

    fn kept<T>(&self, look: impl FnOnce(&Kept) -> T) -> Option<T> {
        self.kept.read().ok().map(|kept| look(&kept))
    }

    /// Whether there is a text called `key`.
    #[must_use]
    pub fn knows(&self, locale: Locale, key: &str) -> bool {
        self.languages.get(&locale).is_some_and(|language| language.built_in.has_message(key))
    }
}

/// The text whole, or none: half a sentence is worse than another.
pub(super) fn format(bundle: &Bundle, key: &str, args: &FluentArgs<'_>) -> Option<String> {
    let pattern = bundle.get_message(key)?.value()?;
    let mut faults = Vec::new();
    let text = bundle.format_pattern(pattern, Some(args), &mut faults).into_owned();
    faults.is_empty().then_some(text)
}

/// The messages of `sources` in `locale`; of two with one name the later counts.
pub(crate) fn bundle<'a>(locale: Locale, sources: impl IntoIterator<Item = &'a str>) -> Bundle {
    let language: LanguageIdentifier = locale.tag().parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![language]);
    // The marks that isolate a value's reading direction show as boxes in plain text.
    bundle.set_use_isolating(false);
    for source in sources {
        // A test parses what is compiled in; what comes from a folder was judged message by message.
        let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(resource, _)| resource);
        bundle.add_resource_overriding(resource);
    }
    bundle
}

/// The shop's files for `locale`, in the order of their names.
fn files(dir: &Path, locale: Locale, faults: &mut Vec<TextFault>) -> Vec<(String, String)> {
    let tag = locale.tag();
    let mut names = vec![format!("{tag}.ftl")];
    let inside = fs::read_dir(dir.join(tag)).into_iter().flatten().flatten();
    let inside = inside.filter_map(|entry| entry.file_name().into_string().ok()).filter(|name| name.ends_with(".ftl"));
    let mut inside: Vec<String> = inside.map(|name| format!("{tag}/{name}")).collect();
    inside.sort();
    names.append(&mut inside);
    let mut found = Vec::new();
    for name in names {
        let path = dir.join(&name);
        match fs::metadata(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Ok(about) if about.len() > FILE_MAX => faults.push(of_file(&name, "is too large for a file of texts")),
            _ => match fs::read_to_string(&path) {
                Ok(content) => found.push((name, content)),
                Err(error) => faults.push(of_file(&name, &format!("cannot be read: {error}"))),
            },
        }
    }
    found
}

fn of_file(file: &str, text: &str) -> TextFault {
    TextFault { file: file.to_owned(), key: None, text: text.to_owned(), refused: true }
}

/// The messages of a file that can be used, each as a source of its own; the others become faults.
pub(super) fn judge(file: &str, content: &str, known: &Variables, faults: &mut Vec<TextFault>) -> Vec<String> {
    let resource = parser::parse(content).unwrap_or_else(|(resource, _)| resource);
    let mut usable = Vec::new();
    for entry in &resource.body {
        match entry {
            Entry::Message(message) => {
                let key = message.id.name;
                let fault = |text: String, refused| TextFault { file: file.to_owned(), key: Some(key.to_owned()), text, refused };
                let Some(ours) = known.get(key) else {
                    faults.push(fault("is the name of no text".to_owned(), true));
                    continue;
                };
                let Some(value) = message.value.as_ref().filter(|_| message.attributes.is_empty()) else {
                    faults.push(fault("must be one text without attributes".to_owned(), true));
                    continue;
                };
                let mut used = Used::default();
                used.pattern(value);
                if let Some(other) = used.foreign {
                    faults.push(fault(format!("uses {other}; only variables can be used"), true));
                } else if let Some(unknown) = used.variables.difference(ours).next() {
                    let has = if ours.is_empty() { "none".to_owned() } else { listed(ours) };
                    faults.push(fault(format!("uses ${unknown}; it has {has}"), true));
                } else {
                    let left_out: BTreeSet<String> = ours.difference(&used.variables).cloned().collect();
                    if !left_out.is_empty() {
                        faults.push(fault(format!("leaves out {}", listed(&left_out)), false));
                    }
                    let one = fluent_syntax::ast::Resource { body: vec![entry.clone()] };
                    usable.push(fluent_syntax::serializer::serialize(&one));
                }
            }
            Entry::Term(term) => faults.push(TextFault {
                file: file.to_owned(),
                key: Some(format!("-{}", term.id.name)),
                text: "is a term; only the texts of letters can be replaced".to_owned(),
                refused: true,
            }),
            Entry::Junk { content } => {
                let line = content.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
                let start: String = line.chars().take(60).collect();
                faults.push(of_file(file, &format!("cannot be understood from {start:?}")));
            }
            Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => {}
        }
    }
    usable
}

fn listed(names: &BTreeSet<String>) -> String {
    names.iter().map(|name| format!("${name}")).collect::<Vec<_>>().join(", ")
}

/// Every message of `source` with its variables.
pub(super) fn variables(source: &str) -> Variables {
    let resource = parser::parse(source).unwrap_or_else(|(resource, _)| resource);
    let of = |entry: &Entry<&str>| match entry {
        Entry::Message(message) => {
            let mut used = Used::default();
            message.value.iter().for_each(|value| used.pattern(value));
            Some((message.id.name.to_owned(), used.variables))
        }
        _ => None,
    };
    resource.body.iter().filter_map(of).collect()
}

/// What a text makes use of.
#[derive(Default)]
struct Used {
    variables: BTreeSet<String>,
    /// The first thing that is neither variable nor literal.
    foreign: Option<String>,
}

impl Used {
    fn pattern(&mut self, pattern: &Pattern<&str>) {
        for element in &pattern.elements {
            if let PatternElement::Placeable { expression } = element {
                self.expression(expression);
            }
        }
    }

    fn expression(&mut self, expression: &Expression<&str>) {
        match expression {
            Expression::Inline(inline) => self.inline(inline),
            Expression::Select { selector, variants } => {
                self.inline(selector);
                variants.iter().for_each(|variant| self.pattern(&variant.value));
            }
        }
    }

    fn inline(&mut self, inline: &InlineExpression<&str>) {
        match inline {
            InlineExpression::VariableReference { id } => {
                self.variables.insert(id.name.to_owned());
            }
            InlineExpression::Placeable { expression } => self.expression(expression),
            InlineExpression::StringLiteral { .. } | InlineExpression::NumberLiteral { .. } => {}
            InlineExpression::FunctionReference { id, .. } => self.foreign = Some(format!("the function {}", id.name)),
            InlineExpression::MessageReference { id, .. } => self.foreign = Some(format!("the message {}", id.name)),
            InlineExpression::TermReference { id, .. } => self.foreign = Some(format!("the term -{}", id.name)),
        }
    }
}

#[cfg(test)]
#[path = "texts_tests.rs"]
mod tests;
