//! The rows of reports and closed periods.
#![cfg(test)]

use serde_json::json;

use super::super::shop::id_of;
use super::{Row, World};

impl World<'_> {
    pub(super) fn books_row(&self, name: &str) -> Option<Row> {
        Some(match name {
            "GET /v1/reports/payouts" => Row::new(200, "/v1/reports/payouts?from=2026-01-01&to=2026-02-01"),
            "GET /v1/reports/money-check" => Row::new(200, "/v1/reports/money-check?settle_days=30"),
            "GET /v1/reports/program" => Row::new(200, "/v1/reports/program?from=2026-01-01&to=2026-02-01&by=month"),
            "GET /v1/reports/yearly" => Row::new(200, "/v1/reports/yearly?year=2026"),
            "GET /v1/reports/journal" => Row::new(200, "/v1/reports/journal?from=2026-01-01&to=2027-01-01"),
            "GET /v1/reports/balances" => Row::new(200, "/v1/reports/balances?at=2026-12-31"),
            "POST /v1/payouts/{id}/fee" => {
                let path = format!("/v1/payouts/{}/fee", id_of(&self.approved()["payouts"][0]));
                Row::new(200, path).body(json!({"amount": 35})).of_ledger()
            }
            "GET /v1/referrers/{id}/statements/{period}" => {
                Row::new(200, format!("/v1/referrers/{}/statements/2026-11", self.referrer)).of_source().of_referrer()
            }
            "GET /v1/periods" => Row::new(200, "/v1/periods"),
            "GET /v1/periods/{period}" => Row::new(200, format!("/v1/periods/{}", self.closed())).of_ledger(),
            "POST /v1/periods/{period}/close" => Row::new(200, "/v1/periods/2020-01/close"),
            _ => return None,
        })
    }
}
