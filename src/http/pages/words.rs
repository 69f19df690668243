//! What pages say, by key and language: Fluent messages compiled in, one file an area.

use std::sync::LazyLock;

use fluent_bundle::FluentArgs;

use crate::domain::locale::Locale;
use crate::mail::texts::{Bundle, bundle};

macro_rules! areas {
    ($($area:literal),+ $(,)?) => {
        /// The texts of each area, English and German.
        const SOURCES: &[[&str; 2]] = &[$([
            include_str!(concat!("texts/en/", $area, ".ftl")),
            include_str!(concat!("texts/de/", $area, ".ftl")),
        ]),+];
    };
}

areas!(
    "frame",
    "front",
    "home",
    "decide",
    "sales",
    "referrers",
    "customers",
    "erasure",
    "import",
    "payouts",
    "reports",
    "settings",
    "settings_terms",
    "settings_letters",
    "settings_shops",
    "settings_audit",
    "portal",
    "join",
    "reference",
);

static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| bundle(Locale::En, SOURCES.iter().map(|[english, _]| *english)));
static GERMAN: LazyLock<Bundle> = LazyLock::new(|| bundle(Locale::De, SOURCES.iter().map(|[_, german]| *german)));

/// What `key` says in `locale` with these values; the key itself if there is no such text, which a test rules out.
#[must_use]
pub fn say(locale: Locale, key: &str, args: &FluentArgs<'_>) -> String {
    let bundle: &Bundle = match locale {
        Locale::En => &ENGLISH,
        Locale::De => &GERMAN,
    };
    let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else { return key.to_owned() };
    bundle.format_pattern(pattern, Some(args), &mut Vec::new()).into_owned()
}

/// Whether there is a text called `key`.
#[must_use]
pub fn knows(key: &str) -> bool {
    ENGLISH.has_message(key)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use fluent_syntax::ast::Entry;
    use fluent_syntax::parser;

    use super::*;

    fn keys(source: &str) -> BTreeSet<String> {
        let resource = parser::parse(source).unwrap_or_else(|(_, faults)| panic!("{faults:?} in {source}"));
        let key = |entry: &Entry<&str>| match entry {
            Entry::Message(message) => Some(message.id.name.to_owned()),
            _ => None,
        };
        let keys: Vec<String> = resource.body.iter().filter_map(key).collect();
        let distinct: BTreeSet<String> = keys.iter().cloned().collect();
        assert_eq!(keys.len(), distinct.len(), "a key stands twice: {keys:?}");
        distinct
    }

    #[test]
    fn both_languages_say_the_same_things_once() {
        let mut all = BTreeSet::new();
        for [english, german] in SOURCES {
            let english = keys(english);
            assert_eq!(english, keys(german));
            for key in english {
                assert!(all.insert(key.clone()), "{key} stands in two areas");
            }
        }
    }

    /// Every quoted key in templates and code that is given to `say`, `tell` or `count`.
    #[test]
    fn every_text_that_a_page_asks_for_is_there() {
        let mut asked = BTreeSet::new();
        let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http/pages")];
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    open.push(path);
                    continue;
                }
                let text = fs::read_to_string(&path).expect("text");
                for verb in ["say(\"", "tell(\"", "count(\""] {
                    let found =
                        text.match_indices(verb).filter_map(|(place, _)| text.get(place + verb.len()..)?.split('"').next());
                    asked.extend(found.filter(|key| key.contains('-')).map(str::to_owned));
                }
            }
        }
        let missing: Vec<&String> = asked.iter().filter(|key| !knows(key)).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
