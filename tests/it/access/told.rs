//! The rows of webhook endpoints.
#![cfg(test)]

use serde_json::json;

use super::{Row, World, id_of};

impl World<'_> {
    pub(super) fn told_row(&self, name: &str) -> Option<Row> {
        let at = |rest: &str| format!("/v1/webhook-endpoints/{}{rest}", self.endpoint);
        let body = || json!({"url": "https://crm.example.com/hooks", "events": ["customer.merged"]});
        Some(match name {
            "POST /v1/webhook-endpoints" => Row::new(201, "/v1/webhook-endpoints").body(body()),
            "GET /v1/webhook-endpoints" => Row::new(200, "/v1/webhook-endpoints"),
            "GET /v1/webhook-endpoints/{id}" => Row::new(200, at("")).of_ledger(),
            "PATCH /v1/webhook-endpoints/{id}" => Row::new(200, at("")).body(json!({"description": "CRM"})).of_ledger(),
            "DELETE /v1/webhook-endpoints/{id}" => {
                let other = id_of(&self.owner.post("/v1/webhook-endpoints", &body()).is(201));
                Row::new(204, format!("/v1/webhook-endpoints/{other}")).of_ledger()
            }
            "POST /v1/webhook-endpoints/{id}/rotate-secret" => Row::new(200, at("/rotate-secret")).body(json!({})).of_ledger(),
            "GET /v1/webhook-endpoints/{id}/deliveries" => Row::new(200, at("/deliveries")).of_ledger(),
            "POST /v1/webhook-endpoints/{id}/replay" => {
                Row::new(200, at("/replay")).body(json!({"since": "2030-01-01T00:00:00Z"})).of_ledger()
            }
            _ => return None,
        })
    }
}
