//! The 164 addresses of isemail.
#![cfg(test)]

use serde_json::json;

use super::app::{App, stories};
use super::lists;

/// What isemail says of an address and what a shop's customer file does with it: ordinary addresses
/// are taken, broken ones refused. What RFC 5322 allows and no storefront sends (comments, folding,
/// quoted names, address literals) is refused too, because mail headers misread it.
fn taken(address: &str, category: &str) -> bool {
    let ordinary = matches!(category, "ISEMAIL_VALID_CATEGORY" | "ISEMAIL_DNSWARN" | "ISEMAIL_RFC5321");
    let domain = address.rsplit('@').next().unwrap_or_default();
    ordinary && domain.contains('.') && !domain.starts_with('[') && !address.contains('"')
}

stories! {
    addresses_are_taken_or_refused_as_isemail_judges_them,
}

fn addresses_are_taken_or_refused_as_isemail_judges_them(app: &App) {
    let Some(list) = lists::read("emails/isemail_tests.xml") else { return };
    let owner = app.owner();
    let mut faults = Vec::new();
    let rows = lists::fields(&list, "test", &["address", "category", "diagnosis"]);
    assert_eq!(rows.len(), 164);
    for row in rows {
        // Control characters are written as their pictures.
        let shown = row[0].clone().unwrap_or_default();
        let address: String = shown
            .chars()
            .map(|sign| match u32::from(sign) {
                picture @ 0x2400..=0x241f => char::from_u32(picture - 0x2400).expect("a control character"),
                _ => sign,
            })
            .collect();
        let (category, diagnosis) = (row[1].clone().unwrap_or_default(), row[2].clone().unwrap_or_default());
        let answer = owner.send("POST", "/v1/customers", Some(json!({"email": address}).to_string().as_bytes()));
        let body = answer.json();
        let right = match answer.status {
            200 | 201 => {
                taken(&address, &category)
                    && body["keys"][0]["value"].as_str().is_some_and(|kept| kept.eq_ignore_ascii_case(&address))
            }
            422 => !taken(&address, &category) && body["errors"][0]["pointer"] == "/email",
            _ => false,
        };
        if !right {
            faults.push(format!("{address:?} ({category}, {diagnosis}): {} {}", answer.status, body));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
