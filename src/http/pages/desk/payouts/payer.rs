//! Who pays: what payment files need to know of the shop's own accounts.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::acts::place;
use crate::domain::field::FieldError;
use crate::domain::id::BatchId;
use crate::domain::locale::Locale;
use crate::domain::payer::Payer;
use crate::http::pages::form::Fields;
use crate::http::pages::frame::Frame;
use crate::http::pages::people::{Desk, OwnerDesk};
use crate::http::paging::Query;
use crate::http::problem::ApiError;
use crate::operations::set_payer::{PayerSet, payer, set_payer};
use crate::rails::Format;

/// The form's fields: name in the form, place in the payer.
const FIELDS: [(&str, &[&str]); 9] = [
    ("name", &["name"]),
    ("iban", &["iban"]),
    ("bic", &["bic"]),
    ("reference", &["reference"]),
    ("bank_routing", &["ach", "bank_routing"]),
    ("bank_name", &["ach", "bank_name"]),
    ("company_id", &["ach", "company_id"]),
    ("source_currency", &["wise", "source_currency"]),
    ("header", &["wise", "header"]),
];

#[derive(Template)]
#[template(path = "http/pages/desk/payer.html")]
struct Page {
    frame: Frame,
    faults: Vec<String>,
    /// For which file it is asked.
    wanted: Option<String>,
    /// Where to go back to.
    batch: Option<BatchId>,
    format: String,
    fields: Vec<Field>,
}

struct Field {
    name: &'static str,
    label: String,
    hint: String,
    value: String,
    wrong: bool,
    /// The heading before it, where a group begins.
    group: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    done: Option<String>,
    batch: Option<BatchId>,
    format: Option<String>,
}

pub(super) async fn show(desk: Desk, query: Query<Wanted>) -> Result<HttpResponse, ApiError> {
    let Wanted { done, batch, format } = query.0;
    let frame = desk.frame("payouts").after(done.as_deref());
    let payer = desk.read(payer).await?;
    let page = page(frame, &typed(&payer), &[], batch, format.as_deref());
    page.frame.page(&page)
}

fn page(frame: Frame, values: &[String], faults: &[FieldError], batch: Option<BatchId>, format: Option<&str>) -> Page {
    let format = format.and_then(Format::named);
    let at = |place: &[&str]| format!("/{}", place.join("/"));
    let field = |((name, place), value): (&(&'static str, &[&str]), &String)| Field {
        name,
        label: frame.say(&format!("payouts-payer-{name}")),
        hint: frame.say(&format!("payouts-payer-{name}-hint")),
        value: value.clone(),
        wrong: faults.iter().any(|fault| fault.pointer == at(place)),
        group: match *name {
            "name" => Some(frame.say("payouts-payer-group-sepa")),
            "bank_routing" => Some(frame.say("payouts-payer-group-ach")),
            "source_currency" => Some(frame.say("payouts-payer-group-wise")),
            _ => None,
        },
    };
    Page {
        fields: FIELDS.iter().zip(values).map(field).collect(),
        faults: faults.iter().map(|fault| said(&frame, fault)).collect(),
        wanted: format.map(|format| frame.say(&format!("payouts-file-{}", format.name))),
        format: format.map(|format| format.name.to_owned()).unwrap_or_default(),
        batch,
        frame,
    }
}

/// What is wrong, with the field's own label. The law says it in English.
fn said(frame: &Frame, fault: &FieldError) -> String {
    let place: Vec<&str> = fault.pointer.trim_start_matches('/').split('/').collect();
    let known = FIELDS.iter().find(|(_, path)| *path == place.as_slice());
    let label = known.map_or_else(|| fault.pointer.clone(), |(name, _)| frame.say(&format!("payouts-payer-{name}")));
    match frame.locale {
        Locale::En => format!("{label}: {}", fault.message),
        Locale::De => frame.tell("payouts-payer-wrong", &[("label", &label)]),
    }
}

/// The payer as the form shows him.
fn typed(payer: &Payer) -> Vec<String> {
    let document = serde_json::to_value(payer).unwrap_or_default();
    let text = |place: &[&str]| {
        let found = place.iter().try_fold(&document, |value, name| value.get(name));
        found.and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    FIELDS.iter().map(|(_, place)| text(place)).collect()
}

/// What the form changes: what is empty is taken away, a group of empty fields as a whole.
fn patch(values: &[String]) -> Map<String, Value> {
    let mut patch = Map::new();
    for ((_, place), value) in FIELDS.iter().zip(values) {
        let value = if value.is_empty() { Value::Null } else { json!(value) };
        match place {
            [field] => drop(patch.insert((*field).to_owned(), value)),
            [group, field] => {
                let entry = patch.entry((*group).to_owned()).or_insert_with(|| json!({}));
                if let Some(group) = entry.as_object_mut() {
                    group.insert((*field).to_owned(), value);
                }
            }
            _ => {}
        }
    }
    for group in patch.values_mut() {
        if group.as_object().is_some_and(|fields| fields.values().all(Value::is_null)) {
            *group = Value::Null;
        }
    }
    patch
}

pub(super) async fn change(desk: OwnerDesk, fields: Fields) -> Result<HttpResponse, ApiError> {
    let frame = desk.frame("payouts");
    let batch = fields.one("batch").and_then(|id| id.parse::<BatchId>().ok());
    let mut values: Vec<String> = FIELDS.iter().map(|(name, _)| fields.one(name).unwrap_or_default().to_owned()).collect();
    // Currencies are typed as people like.
    if let Some(currency) = values.get_mut(7) {
        currency.make_ascii_uppercase();
    }
    let (patch, actor) = (patch(&values), desk.principal.actor());
    let faults = match desk.write(move |tx, now| set_payer(tx, now, &actor, &patch)).await? {
        PayerSet::Done(_) => {
            let to = batch.map_or_else(|| "/desk/payouts/payer".to_owned(), place);
            return Ok(frame.go(&format!("{to}?done=payouts-payer-saved")));
        }
        PayerSet::Refused(faults) => faults,
        PayerSet::Unreadable(error) => {
            let pointer = format!("/{}", error.path().to_string().replace('.', "/"));
            vec![FieldError::new(pointer, "required", "is missing or cannot be read; fill in the whole group or none of it")]
        }
    };
    let page = page(frame, &values, &faults, batch, fields.one("format"));
    page.frame.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_empty_is_taken_away_and_a_group_as_a_whole() {
        let values = ["Tea Shop", "", "", "", "", "", "", "EUR", ""].map(str::to_owned);
        let patch = patch(&values);
        assert_eq!(patch["name"], "Tea Shop");
        assert!(patch["iban"].is_null() && patch["ach"].is_null());
        assert_eq!(patch["wise"], json!({"source_currency": "EUR", "header": null}));
    }
}
