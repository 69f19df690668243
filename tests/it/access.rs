//! Who may do what: every operation of openapi.yaml × every kind of caller, generated from the
//! document. An operation without a row here fails the test.
#![cfg(test)]

mod books;
mod claims;
mod money;
mod providers;
mod public;
mod told;

use std::cell::Cell;

use serde_json::{Value, json};

use super::app::{App, stories};
use super::client::Client;
use super::contract::{self, Operation};
use super::keys::{expired, revoke};
use super::shop::{enrol, id_of, order, sell};

/// The kinds of caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Owner,
    /// The storefront that reported everything.
    Storefront,
    /// Another storefront of the same business.
    OtherStorefront,
    /// The referrer that everything belongs to.
    Referrer,
    AnotherReferrer,
    Accountant,
    Publishable,
    /// The owner's token for the sandbox, where none of the objects is.
    SandboxOwner,
    Nobody,
    Expired,
    Revoked,
}

impl Who {
    const ALL: [Self; 11] = [
        Self::Owner,
        Self::Storefront,
        Self::OtherStorefront,
        Self::Referrer,
        Self::AnotherReferrer,
        Self::Accountant,
        Self::Publishable,
        Self::SandboxOwner,
        Self::Nobody,
        Self::Expired,
        Self::Revoked,
    ];

    /// The role on his token; none when it is not valid.
    fn role(self) -> Option<&'static str> {
        match self {
            Self::Owner | Self::SandboxOwner => Some("owner"),
            Self::Storefront | Self::OtherStorefront => Some("storefront"),
            Self::Referrer | Self::AnotherReferrer => Some("referrer"),
            Self::Accountant => Some("accountant"),
            Self::Publishable => Some("publishable"),
            Self::Nobody | Self::Expired | Self::Revoked => None,
        }
    }
}

/// How to ask for one operation, and what those get who have the role but not the object.
pub(crate) struct Row {
    path: String,
    body: Option<Value>,
    /// The answer to whoever may.
    may: u16,
    /// Whether the object is one storefront's.
    of_source: bool,
    /// Whether the object is one referrer's.
    of_referrer: bool,
    /// Whether the request names an object, which the sandbox then does not have.
    of_ledger: bool,
    /// What those get who may ask, but not for this object.
    missing: u16,
}

impl Row {
    pub(crate) fn new(may: u16, path: impl Into<String>) -> Self {
        Self { path: path.into(), body: None, may, of_source: false, of_referrer: false, of_ledger: false, missing: 404 }
    }

    pub(crate) fn body(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    /// The object is the storefront's that reported it.
    fn of_source(mut self) -> Self {
        (self.of_source, self.of_ledger) = (true, true);
        self
    }

    /// The object is a referrer's.
    fn of_referrer(mut self) -> Self {
        (self.of_referrer, self.of_ledger) = (true, true);
        self
    }

    /// The object is the business's.
    pub(crate) fn of_ledger(mut self) -> Self {
        self.of_ledger = true;
        self
    }

    /// The object is named in the body: who does not have it is at fault in that field.
    fn in_body(mut self) -> Self {
        self.missing = 422;
        self
    }

    /// What `who` must get.
    fn expected(&self, operation: &Operation, who: Who) -> u16 {
        let Some(roles) = operation.roles() else { return self.may };
        let Some(role) = who.role() else { return 401 };
        let sandbox = who == Who::SandboxOwner;
        if !roles.iter().any(|allowed| allowed == role) || (operation.sandbox_only() && !sandbox) {
            return 403;
        }
        let foreign = match who {
            Who::OtherStorefront => self.of_source,
            Who::AnotherReferrer => self.of_referrer,
            Who::SandboxOwner => self.of_ledger,
            _ => false,
        };
        match (foreign, who) {
            // A referrer's token speaks for nobody else.
            (true, Who::AnotherReferrer) if self.missing == 422 => 403,
            (true, _) => self.missing,
            (false, _) => self.may,
        }
    }
}

/// What everybody asks for: one of each noun, all belonging to one storefront and one referrer.
struct World<'a> {
    app: &'a App,
    owner: Client,
    customer: String,
    referrer: String,
    another: String,
    sale: String,
    mail: String,
    proposal: String,
    batch: String,
    payout: String,
    endpoint: String,
    import: String,
    next: Cell<u32>,
}

impl<'a> World<'a> {
    fn of(app: &'a App) -> Self {
        let owner = app.owner();
        let rules = json!({"hold_days": 0, "shop_url": "https://shop.example/", "claims": {"open_max": 100}});
        owner.patch("/v1/program", &rules).is(200);
        let shop = app.storefront("shop-a");
        let referrer = shop.post("/v1/referrers", &json!({"customer": {"external_id": "r-1"}, "code": "JOE"})).is(201);
        let another = enrol(&owner, "another@example.com", "ANOTHER");
        let customer = shop.post("/v1/customers", &json!({"external_id": "c-1", "email": "c@example.com"})).is(201);
        let sale = sell(&shop, &order("A-1", 90_000, "c@example.com", "JOE"));
        let batch = super::shop::approved_batch(&owner);
        let file = &b"email\nd@example.com\n"[..];
        let import = shop.send("POST", "/v1/imports?kind=customers", Some(file)).is(202);
        let proposal = claims::proposal(&owner, &shop);
        let mail = app.ask("SELECT 'none' AS line").remove(0);
        let hooks = json!({"url": "https://crm.example.com/hooks", "events": ["customer.merged"]});
        let endpoint = owner.post("/v1/webhook-endpoints", &hooks).is(201);
        Self {
            app,
            endpoint: id_of(&endpoint),
            customer: id_of(&customer),
            referrer: id_of(&referrer),
            another,
            sale: id_of(&sale),
            mail,
            proposal,
            payout: id_of(&batch["payouts"][0]),
            batch: id_of(&batch),
            import: id_of(&import),
            owner,
            next: Cell::new(0),
        }
    }

    /// A name that nothing has yet.
    fn fresh(&self) -> String {
        self.next.set(self.next.get() + 1);
        format!("X{}", self.next.get())
    }

    /// Somebody whom nobody knows yet.
    fn stranger(&self) -> Value {
        json!({"external_id": self.fresh()})
    }

    /// Where the referrer's money goes, entered so that it is there.
    fn method(&self) -> String {
        let path = format!("/v1/referrers/{}/payout-method", self.referrer);
        self.owner.put(&path, &json!({"rail": "store_credit"}));
        path
    }

    /// An approved batch with one payout, so that every settling is a first one.
    fn approved(&self) -> Value {
        let more = json!({"referrer_id": self.another, "kind": "adjust", "amount": {"amount": 5_000, "currency": "EUR"}, "reason": "Thanks"});
        self.owner.post_once("/v1/adjustments", &more).is(201);
        super::shop::approved_batch(&self.owner)
    }

    /// A closed month.
    fn closed(&self) -> String {
        self.owner.order("/v1/periods/2020-02/close").is(200);
        "2020-02".to_owned()
    }

    /// How to ask for an operation; objects that the asking changes are made anew each time.
    fn row(&self, operation: &Operation) -> Row {
        let name = operation.name();
        let (area, _) = name.split_at(name.find("/v1/").unwrap_or(0));
        let row = if area.is_empty() {
            self.public_row(&name)
        } else {
            let area = self.people_row(&name).or_else(|| self.money_row(&name)).or_else(|| self.told_row(&name));
            let area = area.or_else(|| self.provider_row(&name)).or_else(|| self.books_row(&name));
            area.or_else(|| super::storefronts::access(&self.owner, &name))
        };
        row.unwrap_or_else(|| panic!("{name} has no row in the matrix"))
    }

    fn people_row(&self, name: &str) -> Option<Row> {
        let (customer, referrer) = (&self.customer, &self.referrer);
        Some(match name {
            "GET /v1/program" => Row::new(200, "/v1/program"),
            "PATCH /v1/program" => Row::new(200, "/v1/program").body(json!({"window_days": 60})),
            "GET /v1/program/terms" => Row::new(200, "/v1/program/terms"),
            "POST /v1/program/terms/preview" => Row::new(200, "/v1/program/terms/preview").body(json!({"terms": {}, "last": 5})),
            "GET /v1/tiers" => Row::new(200, "/v1/tiers"),
            "PUT /v1/tiers/{name}" => Row::new(200, "/v1/tiers/gold").body(json!({"title": "Gold"})),
            "POST /v1/customers" => Row::new(201, "/v1/customers").body(self.stranger()),
            "GET /v1/customers" => Row::new(200, "/v1/customers"),
            "GET /v1/customers/{id}" => Row::new(200, format!("/v1/customers/{customer}")).of_source(),
            "PATCH /v1/customers/{id}" => {
                Row::new(200, format!("/v1/customers/{customer}")).body(json!({"name": "Anna"})).of_source()
            }
            "DELETE /v1/customers/{id}" => {
                let gone = id_of(&self.owner.post("/v1/customers", &self.stranger()).is(201));
                Row::new(200, format!("/v1/customers/{gone}")).of_ledger()
            }
            "POST /v1/customers/{id}/merge" => {
                let other = id_of(&self.owner.post("/v1/customers", &self.stranger()).is(201));
                Row::new(200, format!("/v1/customers/{customer}/merge")).body(json!({"other_id": other})).of_ledger()
            }
            "POST /v1/merge-proposals/{id}/dismiss" => {
                let path = format!("/v1/merge-proposals/{}/dismiss", self.proposal);
                Row::new(200, path).body(json!({"reason": "Two people"})).of_ledger()
            }
            "GET /v1/merge-proposals" => Row::new(200, "/v1/merge-proposals"),
            "POST /v1/referrers" => Row::new(201, "/v1/referrers").body(json!({"customer": self.stranger()})),
            "GET /v1/referrers" => Row::new(200, "/v1/referrers"),
            "GET /v1/referrers/{id}" => Row::new(200, format!("/v1/referrers/{referrer}")).of_source().of_referrer(),
            "GET /v1/referrers/{id}/mail-preferences" => {
                Row::new(200, format!("/v1/referrers/{referrer}/mail-preferences")).of_referrer()
            }
            "PATCH /v1/referrers/{id}/mail-preferences" => {
                Row::new(200, format!("/v1/referrers/{referrer}/mail-preferences")).body(json!({"locale": "de"})).of_referrer()
            }
            "POST /v1/referrers/{id}/portal-links" => Row::new(201, format!("/v1/referrers/{referrer}/portal-links")).of_source(),
            "POST /v1/referrers/{id}/pause" => Row::new(200, format!("/v1/referrers/{}/pause", self.another)).of_ledger(),
            "POST /v1/referrers/{id}/resume" => Row::new(200, format!("/v1/referrers/{}/resume", self.another)).of_ledger(),
            "POST /v1/referrers/{id}/codes" => {
                Row::new(201, format!("/v1/referrers/{referrer}/codes")).body(json!({"code": self.fresh()})).of_source()
            }
            "GET /v1/referrers/{id}/balance" => {
                Row::new(200, format!("/v1/referrers/{referrer}/balance")).of_source().of_referrer()
            }
            "PUT /v1/referrers/{id}/payout-method" => {
                Row::new(200, self.method()).body(json!({"rail": "paypal", "email": "joe@example.com"})).of_referrer()
            }
            "GET /v1/referrers/{id}/payout-method" => Row::new(200, self.method()).of_referrer(),
            "DELETE /v1/referrers/{id}/payout-method" => Row::new(204, self.method()).of_referrer(),
            "GET /v1/codes/{code}" => Row::new(200, "/v1/codes/JOE").of_referrer(),
            "GET /v1/codes/{code}/clicks" => Row::new(200, "/v1/codes/JOE/clicks").of_referrer(),
            "PATCH /v1/codes/{code}" => {
                Row::new(200, "/v1/codes/JOE").body(json!({"destination": "https://shop.example/tea"})).of_ledger()
            }
            _ => return self.claim_row(name),
        })
    }

    fn caller(&self, who: Who) -> Client {
        let app = self.app;
        match who {
            Who::Owner => app.owner(),
            Who::Storefront => app.storefront("shop-a"),
            Who::OtherStorefront => app.storefront("shop-b"),
            Who::Referrer => app.referrer(&self.referrer),
            Who::AnotherReferrer => app.referrer(&self.another),
            Who::Accountant => app.accountant(),
            Who::Publishable => app.browser("https://shop.example"),
            Who::SandboxOwner => app.sandbox(),
            Who::Nobody => app.nobody(),
            Who::Expired => Client::new(&app.base(), Some(&expired(app))),
            Who::Revoked => app.client(&["--role", "owner", "--expires", "2d"]),
        }
    }
}

stories! {
    every_operation_answers_each_kind_of_caller_as_the_document_says,
    lists_hold_only_what_is_the_callers,
}

fn every_operation_answers_each_kind_of_caller_as_the_document_says(app: &App) {
    let world = World::of(app);
    let revoked = world.caller(Who::Revoked);
    revoked.get("/v1/program").is(200);
    revoke(app, &revoked);
    let callers: Vec<(Who, Client)> = Who::ALL.into_iter().map(|who| (who, world.caller(who))).collect();
    let mut faults = Vec::new();
    // The reset comes last: it takes what the others would ask about.
    let (resets, others): (Vec<_>, Vec<_>) = contract::operations().into_iter().partition(|one| one.path == "/v1/sandbox/reset");
    for operation in others.iter().chain(&resets) {
        for (who, client) in &callers {
            let row = world.row(operation);
            let body = row.body.as_ref().map(|body| body.to_string().into_bytes());
            let keyed = if operation.wants_key() { client.with("Idempotency-Key", &world.fresh()) } else { client.clone() };
            let answer = keyed.send(&operation.method, &row.path, body.as_deref());
            let expected = row.expected(operation, *who);
            if answer.status != expected {
                faults.push(format!("{} as {who:?}: {} instead of {expected}: {}", operation.name(), answer.status, answer.text));
            }
            if expected == 401 && answer.header("www-authenticate").is_none() {
                faults.push(format!("{} as {who:?}: 401 without WWW-Authenticate", operation.name()));
            }
        }
    }
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}

fn lists_hold_only_what_is_the_callers(app: &App) {
    let world = World::of(app);
    let ids = |client: &Client, path: &str| -> Vec<String> { super::shop::all(client, path).iter().map(id_of).collect() };
    let (own, other) = (app.storefront("shop-a"), app.storefront("shop-b"));
    assert_eq!(ids(&own, "/v1/sales"), std::slice::from_ref(&world.sale));
    assert_eq!(ids(&other, "/v1/sales"), Vec::<String>::new());
    assert_eq!(ids(&own, "/v1/commissions").len(), 1);
    assert_eq!(ids(&other, "/v1/commissions"), Vec::<String>::new());
    assert_eq!(ids(&app.referrer(&world.referrer), "/v1/commissions").len(), 1);
    assert_eq!(ids(&app.referrer(&world.another), "/v1/commissions"), Vec::<String>::new());
    // Asking for somebody else's by filter finds nothing.
    assert_eq!(
        ids(&app.referrer(&world.another), &format!("/v1/commissions?referrer_id={}", world.referrer)),
        Vec::<String>::new()
    );
    assert_eq!(ids(&other, "/v1/sales?source=shop-a"), Vec::<String>::new());
    // A storefront cannot speak for another.
    other.post("/v1/sales", &json!({"order_id": "A-1", "source": "shop-a", "currency": "EUR", "subtotal": 1})).is(403);
    other.post("/v1/refunds", &json!({"refund_id": "R-1", "order_id": "A-1", "source": "shop-a"})).is(403);
    other.post("/v1/sales/cancel", &json!({"order_id": "A-1", "source": "shop-a"})).is(403);
    let mixed = other
        .post("/v1/sales/batch", &json!({"sales": [{"order_id": "B-1", "source": "shop-a", "currency": "EUR", "subtotal": 1}]}))
        .is(200);
    assert_eq!(mixed["data"][0]["status"], 403, "{mixed:#}");
    // A browser sees that a code is good and no more, and only from its own origin.
    let seen = app.browser("https://shop.example").get("/v1/codes/joe").is(200);
    assert_eq!(seen, json!({"code": "JOE", "valid": true}));
    app.client(&["--role", "publishable", "--origin", "https://shop.example"])
        .with("Origin", "https://evil.example")
        .get("/v1/codes/JOE")
        .is(403);
    app.client(&["--role", "publishable", "--origin", "https://shop.example"]).get("/v1/codes/JOE").is(403);
}
