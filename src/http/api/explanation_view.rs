//! How a verdict is explained: what the law read, what it makes of that today, and the same in words.

use serde::Serialize;

use super::sale_view::ShownVerdict;
use crate::db::sales::VerdictRow;
use crate::db::types::Json;
use crate::domain::attribution::{Inputs, Verdict, VerdictKind, judge};
use crate::domain::commission::CommissionRule;
use crate::domain::earning::{friend_discount, plan};
use crate::domain::explanation::tell;
use crate::domain::instant::Instant;
use crate::domain::money::Money;
use crate::domain::program::Terms;
use crate::operations::fold::verdict;

/// One verdict with what the law read, and what the law says of that today.
#[derive(Debug, Serialize)]
pub(super) struct ExplainedVerdict {
    seq: i64,
    version: i64,
    verdict: ShownVerdict,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    earning: Option<Earning>,
    actor: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    created_at: Instant,
    inputs: Inputs,
    replayed: ShownVerdict,
}

/// What the sale earned, or would, before anything came back.
#[derive(Debug, Serialize)]
struct Earning {
    parts: Vec<ShownPart>,
    commission: Money,
    #[serde(skip_serializing_if = "Option::is_none")]
    bonus: Option<Money>,
    friend_discount: Money,
}

/// The goods that one rule pays for; without a name the terms' own commission.
#[derive(Debug, Serialize)]
struct ShownPart {
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
    pays: CommissionRule,
    base: i64,
}

impl ExplainedVerdict {
    pub(super) fn new<'t>(row: VerdictRow, terms_of: &dyn Fn(i64) -> &'t Terms) -> Self {
        let stored = verdict(&row);
        let Json(inputs) = row.inputs;
        let replayed = judge(&inputs, terms_of);
        let terms = terms_of(stored.terms_version);
        Self {
            seq: row.seq,
            version: row.version,
            text: tell(&inputs, &stored, terms),
            earning: earning(&inputs, &stored, terms),
            verdict: stored.into(),
            actor: row.actor,
            note: row.note,
            created_at: row.created_at,
            inputs,
            replayed: replayed.into(),
        }
    }
}

fn earning(inputs: &Inputs, verdict: &Verdict, terms: &Terms) -> Option<Earning> {
    if verdict.kind == VerdictKind::Unattributed || verdict.referrer_id.is_none() {
        return None;
    }
    let money = |amount| Money { amount, currency: inputs.currency };
    let plan = plan(terms, inputs.base, inputs.currency, &inputs.goods, inputs.standing.as_ref());
    let bonus = plan.bonus.filter(|_| verdict.kind == VerdictKind::Attributed);
    Some(Earning {
        parts: plan
            .parts
            .iter()
            .map(|part| ShownPart { rule: part.rule.map(ToOwned::to_owned), pays: part.pays.clone(), base: part.base })
            .collect(),
        commission: money(plan.owed(0, &[])),
        bonus: bonus.map(|(_, amount)| money(amount)),
        friend_discount: money(friend_discount(terms, inputs, verdict)),
    })
}
