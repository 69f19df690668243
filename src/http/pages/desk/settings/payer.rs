//! Who pays, as payment files name him, and the account at PayPal that pays by itself.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use askama::Template;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::fields::{Choice, Field, blame, filled};
use super::mendable;
use crate::db::providers::{self, Account};
use crate::domain::field::FieldError;
use crate::domain::payer::{ChequeLanguage, Payer, REFERENCE};
use crate::domain::provider::Provider;
use crate::http::api::payout_providers::{ProviderBody, connect_as};
use crate::http::pages::form::Fields;
use crate::http::pages::frame::Frame;
use crate::http::pages::people::{Desk, Guest, OwnerDesk};
use crate::http::paging::Query;
use crate::http::problem::ApiError;
use crate::http::syntax;
use crate::operations::set_payer::{PayerSet, payer, set_payer};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/settings/payer").route(web::get().to(show)).route(web::post().to(save)))
        .service(web::resource("/settings/payer/paypal").route(web::post().to(connect)));
}

#[derive(Template)]
#[template(path = "http/pages/desk/settings/payer.html")]
struct Page {
    frame: Frame,
    fields: Vec<Field>,
    paypal: Vec<Field>,
    webhook: String,
    connected: Option<String>,
    finer: bool,
    faults: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Done {
    done: Option<String>,
}

/// What stands in the ledger.
struct Standing {
    payer: Payer,
    account: Option<Account>,
}

async fn standing(guest: &Guest) -> Result<Standing, ApiError> {
    guest.read(|conn| Ok(Standing { payer: payer(conn)?, account: providers::find(conn, Provider::Paypal)? })).await
}

async fn show(desk: Desk, Query(query): Query<Done>) -> Result<HttpResponse, ApiError> {
    let frame = desk.frame("settings").after(query.done.as_deref());
    let standing = standing(&desk).await?;
    let (fields, paypal) = (fields(&frame, &standing.payer), paypal(&frame, standing.account.as_ref()));
    page(&desk, frame, &standing, (fields, paypal), Vec::new())
}

fn fields(frame: &Frame, payer: &Payer) -> Vec<Field> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let ach = |part: fn(&crate::domain::payer::AchOrigin) -> &String| payer.ach.as_ref().map(part).cloned().unwrap_or_default();
    let cheque = match payer.cheque.map(|style| style.language) {
        None => "none",
        Some(ChequeLanguage::En) => "en",
        Some(ChequeLanguage::De) => "de",
    };
    let cheques = vec![
        Choice::new("none", frame.say("payer-cheque-none")),
        Choice::new("en", frame.say("payer-cheque-en")),
        Choice::new("de", frame.say("payer-cheque-de")),
    ];
    let letter = payer.cheque.is_some_and(|style| style.letter_paper);
    vec![
        Field::line("name", frame.say("payer-name"), text(&payer.name)).hint(frame.say("payer-name-hint")),
        Field::line("iban", frame.say("payer-iban"), text(&payer.iban)).hint(frame.say("payer-iban-hint")),
        Field::short("bic", frame.say("payer-bic"), text(&payer.bic)),
        Field::line("reference", frame.say("payer-reference"), text(&payer.reference))
            .hint(frame.tell("payer-reference-hint", &[("ours", REFERENCE)])),
        Field::short("bank_routing", frame.say("payer-bank-routing"), ach(|ach| &ach.bank_routing))
            .hint(frame.say("payer-bank-routing-hint")),
        Field::line("bank_name", frame.say("payer-bank-name"), ach(|ach| &ach.bank_name)),
        Field::short("company_id", frame.say("payer-company-id"), ach(|ach| &ach.company_id)),
        Field::choice("cheque", frame.say("payer-cheque"), cheque, cheques),
        Field::yes_no(frame, "letter_paper", frame.say("payer-letter-paper"), letter),
    ]
}

fn paypal(frame: &Frame, account: Option<&Account>) -> Vec<Field> {
    vec![
        Field::line("client_id", frame.say("payer-client-id"), account.map_or("", |account| account.client_id.as_str()))
            .required(),
        Field::secret("client_secret", frame.say("payer-client-secret")).hint(frame.say("payer-client-secret-hint")).required(),
        Field::yes_no(frame, "automatic", frame.say("payer-automatic"), account.is_some_and(|account| account.automatic))
            .hint(frame.say("payer-automatic-hint")),
    ]
}

/// What was filled in, as a change of what stands (RFC 7396).
fn patch(sent: &Fields) -> Map<String, Value> {
    let mut patch = Map::new();
    for name in ["name", "iban", "bic", "reference"] {
        patch.insert(name.to_owned(), json!(sent.one(name)));
    }
    let ach = ["bank_routing", "bank_name", "company_id"].map(|name| (name, sent.one(name)));
    let any = ach.iter().any(|(_, text)| text.is_some());
    let fields = || ach.iter().map(|(name, text)| ((*name).to_owned(), json!(text.unwrap_or_default()))).collect::<Map<_, _>>();
    patch.insert("ach".to_owned(), if any { Value::Object(fields()) } else { Value::Null });
    let cheque = match sent.one("cheque") {
        Some(language @ ("en" | "de")) => {
            json!({ "language": language, "letter_paper": sent.one("letter_paper") == Some("true") })
        }
        _ => Value::Null,
    };
    patch.insert("cheque".to_owned(), cheque);
    patch
}

/// The field that shows what stands at `pointer`.
fn named(pointer: &str) -> Option<&'static str> {
    const NAMES: [&str; 11] = [
        "name",
        "iban",
        "bic",
        "reference",
        "bank_routing",
        "bank_name",
        "company_id",
        "cheque",
        "client_id",
        "client_secret",
        "automatic",
    ];
    let last = pointer.rsplit('/').next().unwrap_or_default();
    NAMES.into_iter().find(|name| *name == last)
}

async fn save(desk: OwnerDesk, sent: Fields) -> Result<HttpResponse, ApiError> {
    let (frame, actor, patch) = (desk.frame("settings"), desk.principal.actor(), patch(&sent));
    let faults: Vec<FieldError> = match desk.write(move |tx, now| set_payer(tx, now, &actor, &patch)).await? {
        PayerSet::Done(_) => return Ok(frame.go("/desk/settings/payer?done=payer")),
        PayerSet::Unreadable(error) => vec![syntax::fault(error.path(), &error.inner().to_string())],
        PayerSet::Refused(faults) => faults,
    };
    let standing = standing(&desk).await?;
    let mut fields = filled(fields(&frame, &standing.payer), &sent);
    let said = blame(&frame, &mut fields, &faults, named);
    let paypal = paypal(&frame, standing.account.as_ref());
    page(&desk, frame, &standing, (fields, paypal), said)
}

async fn connect(desk: OwnerDesk, sent: Fields) -> Result<HttpResponse, ApiError> {
    let frame = desk.frame("settings");
    let standing = standing(&desk).await?;
    let base_url = standing.account.as_ref().map(|account| account.base_url.as_str());
    let items_max = standing.account.as_ref().map(|account| account.items_max);
    let body = json!({
        "client_id": sent.one("client_id").unwrap_or_default(),
        "client_secret": sent.one("client_secret").unwrap_or_default(),
        "automatic": sent.one("automatic") == Some("true"),
        "base_url": base_url,
        "items_max": items_max,
    });
    let connected = match syntax::from_value::<ProviderBody>(&body) {
        Ok(asked) => connect_as(&desk, asked).await,
        Err(fault) => Err(fault.into()),
    };
    match connected {
        Ok(_) => Ok(frame.go("/desk/settings/payer?done=paypal")),
        Err(fault) => {
            let faults = mendable(fault)?;
            let mut paypal = filled(paypal(&frame, standing.account.as_ref()), &sent);
            let said = blame(&frame, &mut paypal, &faults, named);
            let fields = fields(&frame, &standing.payer);
            page(&desk, frame, &standing, (fields, paypal), said)
        }
    }
}

fn page(
    guest: &Guest,
    frame: Frame,
    standing: &Standing,
    (fields, paypal): (Vec<Field>, Vec<Field>),
    faults: Vec<String>,
) -> Result<HttpResponse, ApiError> {
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let connected =
        standing.account.as_ref().map(|account| frame.tell("payer-connected", &[("day", &frame.day(&account.changed_at))]));
    let page = Page {
        fields,
        paypal,
        webhook: format!("{}/webhooks/paypal{}", guest.app.base_url, guest.book.mode.query()),
        connected,
        finer: standing.payer.wise.is_some() || standing.payer.csv.is_some(),
        faults,
        frame,
    };
    page.frame.page_with(status, &page)
}
