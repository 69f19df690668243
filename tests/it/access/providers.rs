//! The rows of payout providers and what is sent to them.
#![cfg(test)]

use serde_json::json;

use super::{Row, World};

impl World<'_> {
    pub(super) fn provider_row(&self, name: &str) -> Option<Row> {
        let (batch, account) = (&self.batch, json!({"client_id": "AbC", "client_secret": "s"}));
        Some(match name {
            "POST /v1/payout-batches/{id}/send" => Row::new(200, format!("/v1/payout-batches/{batch}/send")).of_ledger(),
            "GET /v1/payout-batches/{id}/submissions" => {
                Row::new(200, format!("/v1/payout-batches/{batch}/submissions")).of_ledger()
            }
            // Each ledger has its own.
            "GET /v1/payout-providers/paypal" => {
                for owner in [&self.owner, &self.app.sandbox()] {
                    owner.put("/v1/payout-providers/paypal", &account).is(200);
                }
                Row::new(200, "/v1/payout-providers/paypal")
            }
            "PUT /v1/payout-providers/paypal" => Row::new(200, "/v1/payout-providers/paypal").body(account),
            _ => return None,
        })
    }
}
