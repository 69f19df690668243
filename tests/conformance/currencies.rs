//! ISO 4217 list one against our exponents.
#![cfg(test)]

use std::collections::BTreeMap;

use houndplan::domain::money::Currency;

use super::lists;

/// Where list one of 2024-06-25 and our table, which is newer, differ on purpose.
const NEWER: [(&str, &str); 1] = [("ANG", "the Antillean guilder ended on 2025-03-31; XCG follows it")];

#[test]
fn every_currency_of_list_one_has_its_minor_units() {
    let Some(list) = lists::read("money/iso-4217-list-one.xml") else { return };
    let rows = lists::fields(&list, "CcyNtry", &["Ccy", "CcyMnrUnts"]);
    let known: BTreeMap<String, String> = rows.into_iter().filter_map(|row| Some((row[0].clone()?, row[1].clone()?))).collect();
    assert!(known.len() > 170, "only {} currencies", known.len());
    let mut faults = Vec::new();
    for (code, units) in &known {
        let ours = Currency::parse(code).map(|currency| currency.exponent().to_string());
        let agrees = match units.as_str() {
            "N.A." => ours.is_err(),
            units => ours.as_deref() == Ok(units),
        };
        if !agrees && !NEWER.iter().any(|(newer, _)| newer == code) {
            faults.push(format!("{code}: list one says {units}, we say {ours:?}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
