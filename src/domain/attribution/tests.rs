use super::*;
use crate::domain::id::{ClickId, CustomerId, SaleId};
use crate::domain::instant::Instant;
use crate::domain::money::Currency;

fn at(day: i64) -> Instant {
    Instant::from_micros(1_700_000_000_000_000).plus_days(day)
}

fn link(code: &str, own: bool) -> CodeStanding {
    CodeStanding {
        code: Code::fold(code).expect("a code"),
        referrer_id: ReferrerId::new(at(0)),
        retired: false,
        paused: false,
        own,
    }
}

fn sale() -> Inputs {
    Inputs {
        sale_id: SaleId::new(at(0)),
        version: 0,
        history: false,
        status: SaleStatus::Paid,
        occurred_at: at(0),
        currency: Currency::EUR,
        base: 10_000,
        customer: Some(CustomerStanding { id: CustomerId::new(at(0)), first_sale: true }),
        decision: None,
        claim: None,
        referral: None,
        codes: Vec::new(),
        referenced: false,
        clicks: Vec::new(),
        hint: None,
        introduction: None,
        traces: Vec::new(),
        disposable: false,
        terms_version: 1,
        goods: Vec::new(),
        offer: None,
        standing: None,
    }
}

fn judged(inputs: &Inputs, terms: &Terms) -> Verdict {
    judge(inputs, &|_| terms)
}

fn reason(inputs: &Inputs) -> Option<Reason> {
    judged(inputs, &Terms::default()).reason
}

#[test]
fn the_first_evidence_that_holds_wins_and_the_best_that_failed_is_named() {
    let joe = link("JOE", false);
    let mine = link("MINE", true);
    let verdict = judged(&Inputs { codes: vec![None, Some(mine.clone()), Some(joe.clone())], ..sale() }, &Terms::default());
    assert_eq!((verdict.evidence, verdict.referrer_id), (Some(Evidence::Code), Some(joe.referrer_id)));
    assert_eq!(reason(&Inputs { codes: vec![Some(mine), None], ..sale() }), Some(Reason::SelfReferral));
    assert_eq!(reason(&Inputs { codes: vec![None], ..sale() }), Some(Reason::UnknownCode));
    assert_eq!(reason(&sale()), Some(Reason::NoEvidence));
    assert_eq!(reason(&Inputs { codes: vec![Some(joe.clone())], customer: None, ..sale() }), Some(Reason::NoCustomer));
    assert_eq!(reason(&Inputs { codes: vec![Some(joe)], base: 0, ..sale() }), Some(Reason::ZeroBase));
}

#[test]
fn touch_chooses_among_clicks_inside_the_window() {
    let click = |day, code| ClickStanding { id: ClickId::new(at(day)), at: at(day), link: link(code, false), embedded: false };
    let clicks = vec![click(-100, "OLD"), click(-50, "MID"), click(-1, "NEW"), click(1, "LATE")];
    let inputs = Inputs { clicks, referenced: true, ..sale() };
    let code = |touch| judged(&inputs, &Terms { touch, ..Terms::default() }).code.map(|code| code.to_string());
    assert_eq!(code(Touch::Last).as_deref(), Some("NEW"));
    assert_eq!(code(Touch::First).as_deref(), Some("MID"));
    assert_eq!(reason(&Inputs { clicks: vec![click(-91, "OLD")], ..sale() }), Some(Reason::OutsideWindow));
}

#[test]
fn an_introduction_lasts_as_long_as_was_promised() {
    let referral =
        ReferralStanding { referrer_id: ReferrerId::new(at(0)), code: None, since: at(0), terms_version: 1, paused: false };
    let later = Inputs {
        referral: Some(referral),
        occurred_at: at(100),
        customer: Some(CustomerStanding { id: CustomerId::new(at(0)), first_sale: false }),
        ..sale()
    };
    let kind = |lifetime| judged(&later, &Terms { lifetime, ..Terms::default() }).kind;
    assert_eq!(kind(Lifetime::FirstSale), VerdictKind::Unattributed);
    assert_eq!(kind(Lifetime::Months { months: 3 }), VerdictKind::Unattributed);
    assert_eq!(kind(Lifetime::Months { months: 4 }), VerdictKind::Attributed);
    assert_eq!(kind(Lifetime::Forever), VerdictKind::Attributed);
}

#[test]
fn a_name_waits_for_a_person_to_match_it_and_the_owner_has_the_last_word() {
    let named = Inputs { hint: Some(HintStanding { referrer_id: None, paused: false, own: false }), ..sale() };
    assert_eq!(judged(&named, &Terms::default()).kind, VerdictKind::Held);
    let anna = ReferrerId::new(at(0));
    let credited = Inputs { decision: Some(Decision::Credit { referrer_id: anna }), ..named.clone() };
    assert_eq!(judged(&credited, &Terms::default()).referrer_id, Some(anna));
    assert_eq!(reason(&Inputs { decision: Some(Decision::Deny), ..named }), Some(Reason::DeniedByOwner));
}
