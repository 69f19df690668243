//! Letters to the owner: the fact in the subject, one paragraph, where to look.

use fluent_bundle::FluentArgs;

use super::render::{Block, Rendered, calendar_day, lay_out, one_line, strong, sums_in_words, why_in_words};
use super::texts::Texts;
use crate::domain::owner_notice::{OwnerFacts, OwnerNotice};

/// Writes the letter for `facts`.
#[must_use]
pub fn render_for_owner(texts: &Texts, facts: &OwnerFacts) -> Rendered {
    let locale = facts.locale;
    let mut args = FluentArgs::new();
    args.set("shop", one_line(&facts.shop));
    args.set("amount", strong(&sums_in_words(texts, locale, &facts.sums)));
    args.set("people", facts.people);
    args.set("count", facts.decisions);
    let somebody = || texts.say(locale, "owner-somebody", &FluentArgs::new()).unwrap_or_default();
    args.set("about", facts.about.as_deref().map(one_line).filter(|text| !text.is_empty()).unwrap_or_else(somebody));
    if let Some(reason) = &facts.reason {
        args.set("reason", why_in_words(texts, locale, reason));
    }
    if let Some(day) = &facts.since {
        args.set("since", calendar_day(locale, day));
    }
    let say = |key: &str| texts.say(locale, key, &args).unwrap_or_default();
    let of_kind = |part: &str| say(&format!("owner-{}-{part}", facts.kind.name()));
    let mut blocks = vec![Block::Paragraph(of_kind("fact"))];
    if facts.kind == OwnerNotice::PayoutFailed && facts.reason.is_some() {
        blocks.push(Block::Paragraph(of_kind("reason")));
    }
    blocks.push(Block::Paragraph(of_kind("look")));
    lay_out(locale, &of_kind("subject"), blocks, &[say("owner-why")])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::locale::Locale;
    use crate::domain::money::{Currency, Money};
    use crate::domain::notice::Why;

    fn facts(kind: OwnerNotice, locale: Locale) -> OwnerFacts {
        OwnerFacts {
            kind,
            locale,
            shop: "Bergrad".to_owned(),
            sums: vec![Money { amount: 123_456, currency: Currency::EUR }],
            people: 3,
            decisions: 2,
            about: Some("<b>Joe</b>".to_owned()),
            reason: Some(Why::Said("account closed".to_owned())),
            since: Some("2026-11-25".to_owned()),
        }
    }

    #[test]
    fn each_kind_is_whole_in_each_language() {
        let texts = Texts::built_in();
        for (kind, locale) in OwnerNotice::ALL.into_iter().flat_map(|kind| Locale::ALL.map(|locale| (kind, locale))) {
            let letter = render_for_owner(&texts, &facts(kind, locale));
            assert!(!letter.subject.is_empty() && letter.text.split_whitespace().count() > 15, "{kind:?}: {}", letter.text);
            assert!(!letter.text.contains("\n\n\n") && !letter.text.starts_with('\n'), "{kind:?} {locale:?}:\n{}", letter.text);
            assert!(!letter.html.contains("<b>Joe"), "{kind:?}: {}", letter.html);
        }
        let subject = |kind| render_for_owner(&texts, &facts(kind, Locale::En)).subject;
        assert_eq!(subject(OwnerNotice::WeeklyDigest), "2 things to decide, €1,234.56 ready");
        assert_eq!(subject(OwnerNotice::RunReminder), "Pay 3 people €1,234.56");
        let one = OwnerFacts { people: 1, decisions: 1, ..facts(OwnerNotice::WeeklyDigest, Locale::De) };
        assert_eq!(render_for_owner(&texts, &one).subject, "1 Entscheidung, 1.234,56\u{a0}€ sind frei");
    }
}
