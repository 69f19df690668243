//! Letters about things that never happened, so that their words can be read.

use uuid::Uuid;

use super::Kind;
use crate::domain::claim::DeclineReason;
use crate::domain::id::MailId;
use crate::domain::locale::Locale;
use crate::domain::money::Money;
use crate::domain::notice::{Line, Notice, NoticeFacts, Why};
use crate::domain::owner_notice::{OwnerFacts, OwnerNotice};
use crate::http::pages::people::Guest;
use crate::http::pages::words;
use crate::mail::{Rendered, Texts, render, render_for_owner};

/// The letter of `kind` in `locale` about made-up facts, and once more about several of them where that can be; none for
/// what stands in all letters.
pub(super) fn letters(texts: &Texts, guest: &Guest, kind: Kind, locale: Locale) -> Vec<Rendered> {
    match kind {
        Kind::General => Vec::new(),
        Kind::Owner(notice) => vec![render_for_owner(texts, &owner_facts(guest, notice, locale))],
        Kind::Referrer(notice) => {
            let one = facts(guest, notice, locale);
            let stop = format!("{}/u/{}", guest.app.base_url, MailId::from_uuid(Uuid::nil()));
            let mut letters = vec![render(texts, &one, Some(&stop))];
            if notice.bundles() {
                letters.push(render(texts, &several(one), Some(&stop)));
            }
            letters
        }
    }
}

/// `units` of the shop's currency.
fn sum(guest: &Guest, units: i64) -> Money {
    let currency = guest.terms.currency;
    Money { amount: currency.units(units), currency }
}

fn facts(guest: &Guest, kind: Notice, locale: Locale) -> NoticeFacts {
    let reason = match kind {
        Notice::ClaimDeclined => Some(Why::Declined(DeclineReason::NotConfirmed)),
        Notice::PayoutFailed => Some(Why::Said(words::say(locale, "letters-sample-reason", &fluent_bundle::FluentArgs::new()))),
        _ => None,
    };
    let base_url = &guest.app.base_url;
    let link = if kind == Notice::LoginLink { format!("{base_url}/portal/enter/…") } else { format!("{base_url}/r/ANNA7") };
    NoticeFacts {
        kind,
        locale,
        shop: guest.terms.shop_name.clone(),
        shop_url: guest.terms.shop_url.clone(),
        name: Some("Anna".to_owned()),
        code: Some("ANNA7".to_owned()),
        link: Some(link),
        portal: kind.shows_money().then(|| format!("{base_url}/portal")),
        amount: Some(sum(guest, 12)),
        remaining: Some(sum(guest, 8)),
        due_on: Some(guest.now().plus_days(30).day_in(&guest.terms.timezone)),
        promise: guest.terms.commission.promise(guest.terms.currency),
        reference: Some("DE•• 1234".to_owned()),
        reason,
        lines: Vec::new(),
        imprint: guest.terms.letters.imprint(),
    }
}

/// The same about two things.
fn several(one: NoticeFacts) -> NoticeFacts {
    let halves = one.amount.into_iter().flat_map(|whole| {
        let half = whole.amount / 2;
        [half, whole.amount - half].map(|amount| Money { amount, ..whole })
    });
    let line = |amount: Money| Line { amount, remaining: one.remaining, due_on: one.due_on.clone() };
    let lines = halves.map(line).collect();
    NoticeFacts { lines, ..one }
}

fn owner_facts(guest: &Guest, kind: OwnerNotice, locale: Locale) -> OwnerFacts {
    let about = match kind {
        OwnerNotice::PayoutFailed => "Anna",
        OwnerNotice::EndpointDisabled => "hooks.shop.example",
        OwnerNotice::NoOrders | OwnerNotice::WeeklyDigest | OwnerNotice::RunReminder => "main",
    };
    let reason = words::say(locale, "letters-sample-reason", &fluent_bundle::FluentArgs::new());
    OwnerFacts {
        kind,
        locale,
        shop: guest.terms.shop_name.clone(),
        sums: vec![sum(guest, 128)],
        people: 6,
        decisions: 2,
        about: Some(about.to_owned()),
        reason: Some(Why::Said(reason)),
        since: Some(guest.now().plus_days(-1).day_in(&guest.terms.timezone)),
    }
}
