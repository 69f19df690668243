//! Introductions, claims and the inbox in the matrix.

use serde_json::json;

use super::{Row, World};
use crate::client::Client;
use crate::letters::until;
use crate::shop::{all, id_of};

/// A pair of customers whose keys clashed.
pub(super) fn proposal(owner: &Client, shop: &Client) -> String {
    for clash in [
        json!({"external_id": "m-1"}),
        json!({"email": "m@example.com"}),
        json!({"external_id": "m-1", "email": "m@example.com"}),
    ] {
        shop.post("/v1/customers", &clash);
    }
    id_of(&owner.get("/v1/merge-proposals").is(200)["data"][0])
}

impl World<'_> {
    /// The wish of somebody whom nobody knows to become a referrer.
    fn join(&self) -> String {
        let open = || all(&self.owner, "/v1/decisions?kind=join");
        let before = open().len();
        let program = self.owner.get("/v1/program").is(200);
        let form = format!("email={}%40example.com&accepted=yes&version={}", self.fresh(), program["version"]);
        let visitor = self.app.nobody().with("Content-Type", "application/x-www-form-urlencoded");
        let visitor = visitor.with("Sec-Fetch-Site", "same-origin");
        assert_eq!(visitor.exchange("POST", "/join", Some(form.as_bytes())).status, 303);
        until(self.app, "the wish is kept", || open().len() > before);
        id_of(open().last().expect("a wish"))
    }

    pub(super) fn claim_row(&self, name: &str) -> Option<Row> {
        let (referrer, another) = (&self.referrer, &self.another);
        Some(match name {
            "POST /v1/referrals" => {
                let body = json!({"customer": self.stranger(), "code": "ANOTHER", "consent": true});
                Row::new(201, "/v1/referrals").body(body).of_ledger().in_body()
            }
            "GET /v1/referrals" => Row::new(200, "/v1/referrals"),
            "POST /v1/claims" => {
                let body = json!({"referrer_id": referrer, "order_id": self.fresh()});
                Row::new(201, "/v1/claims").body(body).of_referrer().in_body()
            }
            "GET /v1/claims" => Row::new(200, "/v1/claims"),
            "POST /v1/claims/{id}/decision" => {
                let claim = self.owner.post("/v1/claims", &json!({"referrer_id": another, "order_id": self.fresh()})).is(201);
                let path = format!("/v1/claims/{}/decision", id_of(&claim));
                Row::new(200, path).body(json!({"action": "decline", "reason": "not_confirmed"})).of_ledger()
            }
            "POST /v1/joins/{id}/decision" => {
                let path = format!("/v1/joins/{}/decision", self.join());
                Row::new(200, path).body(json!({"action": "decline"})).of_ledger()
            }
            "GET /v1/reports/claims" => Row::new(200, "/v1/reports/claims"),
            "GET /v1/decisions" => Row::new(200, "/v1/decisions"),
            _ => return None,
        })
    }
}
