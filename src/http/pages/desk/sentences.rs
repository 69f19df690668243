//! The three sentences of the first page: what introductions brought this month, what that cost, and what share of all
//! sales it is.

use std::collections::BTreeSet;

use super::chart::in_currency;
use crate::domain::money::Currency;
use crate::http::pages::frame::Frame;
use crate::operations::report_program::{Introductions, Month, ProgramReport};

/// Stands around a figure inside a text until it is set apart.
const MARK: char = '\u{1}';

/// A piece of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// Whether it is a figure.
    pub(super) figure: bool,
    pub(super) text: String,
}

/// The sentences for one currency.
pub(super) struct Sentences {
    pub(super) currency: Currency,
    pub(super) all: Vec<Vec<Piece>>,
}

/// The sentences for each currency in which something was sold this month or the last, the shop's own first.
pub(super) fn sentences(frame: &Frame, program: &ProgramReport) -> Vec<Sentences> {
    let months = program.months.as_deref().unwrap_or_default();
    let mut latest = months.iter().rev();
    let (Some(this), before) = (latest.next(), latest.next()) else { return Vec::new() };
    let others: BTreeSet<Currency> = [Some(this), before]
        .into_iter()
        .flatten()
        .flat_map(|month| month.currencies.iter().map(|worth| worth.currency))
        .filter(|currency| *currency != frame.currency)
        .collect();
    let own = std::iter::once(frame.currency).filter(|own| others.is_empty() || in_currency(this, *own).is_some());
    own.chain(others.iter().copied()).map(|currency| of(frame, this, before, currency)).collect()
}

fn of(frame: &Frame, this: &Month, before: Option<&Month>, currency: Currency) -> Sentences {
    let worth = in_currency(this, currency);
    let figure = |amount: i64| format!("{MARK}{}{MARK}", frame.amount(&amount, &currency));
    let sum = |field: fn(&Introductions) -> i64| worth.map_or(0, field);
    let earlier = before.and_then(|month| in_currency(month, currency));
    let (month, last) = (frame.month(&this.month), before.map(|month| frame.month(&month.month)).unwrap_or_default());
    let earlier = frame.amount(&earlier.map_or(0, |worth| worth.brought), &currency);
    let brought = frame.count(
        "home-brought",
        sum(|worth| worth.deals),
        &[("month", &month), ("amount", &figure(sum(|worth| worth.brought))), ("before", &last), ("earlier", &earlier)],
    );
    let cost = match worth.and_then(|worth| worth.cost_ratio.as_deref()) {
        _ if sum(|worth| worth.cost) == 0 => frame.say("home-cost-nothing"),
        ratio => frame.tell(
            "home-cost",
            &[
                ("amount", &figure(sum(|worth| worth.cost))),
                ("commissions", &frame.amount(&sum(|worth| worth.commissions), &currency)),
                ("discounts", &frame.amount(&sum(|worth| worth.friend_discounts), &currency)),
                ("ratio", &ratio.map_or_else(|| "–".to_owned(), |ratio| frame.per_cent(ratio))),
            ],
        ),
    };
    let share = match worth.and_then(|worth| worth.share_of_sales.as_deref()) {
        None => frame.tell("home-share-none", &[("month", &month)]),
        Some(share) => {
            let share = format!("{MARK}{}{MARK}", frame.per_cent(share));
            let sales = frame.amount(&sum(|worth| worth.sales), &currency);
            frame.tell("home-share", &[("share", &share), ("month", &month), ("sales", &sales)])
        }
    };
    Sentences { currency, all: [brought, cost, share].iter().map(|sentence| pieces(sentence)).collect() }
}

fn pieces(sentence: &str) -> Vec<Piece> {
    let parts = sentence.split(MARK).enumerate();
    parts.map(|(place, text)| Piece { figure: place % 2 == 1, text: text.to_owned() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::locale::Locale;
    use crate::domain::program::Terms;

    #[test]
    fn figures_are_set_apart_in_both_languages() {
        let euro = Introductions {
            currency: Currency::EUR,
            orders: 11,
            deals: 1,
            sales: 500_000,
            brought: 41_200,
            commissions: 4_120,
            friend_discounts: 1_000,
            cost: 5_120,
            share_of_orders: Some("9.1".to_owned()),
            share_of_sales: Some("8.2".to_owned()),
            cost_ratio: Some("12.4".to_owned()),
        };
        let month = |name: &str, currencies| Month { month: name.to_owned(), currencies };
        let program = ProgramReport {
            from: String::new(),
            to: String::new(),
            timezone: "UTC".to_owned(),
            currencies: Vec::new(),
            months: Some(vec![month("2026-10", Vec::new()), month("2026-11", vec![euro])]),
        };
        for (locale, figures) in
            [(Locale::En, ["€412.00", "€51.20", "8.2\u{a0}%"]), (Locale::De, ["412,00\u{a0}€", "51,20\u{a0}€", "8,2\u{a0}%"])]
        {
            let frame = Frame::new(locale, "https://hound.example", &Terms::default(), "home");
            let said = sentences(&frame, &program);
            assert_eq!(said.len(), 1);
            let found: Vec<&str> =
                said[0].all.iter().flatten().filter(|piece| piece.figure).map(|piece| piece.text.as_str()).collect();
            assert_eq!(found, figures);
        }
    }
}
