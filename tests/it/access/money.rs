//! The rows of sales, refunds, imports, payouts and reports.

use serde_json::json;

use super::super::shop::{id_of, sell};
use super::{Row, World};

impl World<'_> {
    pub(super) fn money_row(&self, name: &str) -> Option<Row> {
        let sale = &self.sale;
        let report = || json!({"order_id": self.fresh(), "currency": "EUR", "subtotal": 1_000});
        Some(match name {
            "POST /v1/sales" => Row::new(201, "/v1/sales").body(report()),
            "POST /v1/sales/batch" => Row::new(200, "/v1/sales/batch").body(json!({"sales": [report()]})),
            "POST /v1/sales/cancel" => Row::new(200, "/v1/sales/cancel").body(json!({"order_id": self.fresh()})),
            "GET /v1/sales" => Row::new(200, "/v1/sales"),
            "GET /v1/sales/{id}" => Row::new(200, format!("/v1/sales/{sale}")).of_source(),
            "GET /v1/sales/{id}/explanation" => Row::new(200, format!("/v1/sales/{sale}/explanation")).of_source(),
            "POST /v1/sales/{id}/decision" => {
                let held = sell(
                    &self.owner,
                    &json!({"order_id": self.fresh(), "currency": "EUR", "subtotal": 1_000, "referred_by": {"name": "Bill"}}),
                );
                let path = format!("/v1/sales/{}/decision", id_of(&held));
                Row::new(200, path).body(json!({"action": "deny", "reason": "No"})).of_ledger()
            }
            "POST /v1/refunds" => Row::new(201, "/v1/refunds").body(json!({"refund_id": self.fresh(), "order_id": self.fresh()})),
            "POST /v1/imports" => {
                Row::new(202, format!("/v1/imports?kind=customers&name={}", self.fresh())).body(json!("email\na@example.com\n"))
            }
            "GET /v1/imports/{id}" => Row::new(200, format!("/v1/imports/{}", self.import)).of_source(),
            "GET /v1/imports/{id}/rows" => Row::new(200, format!("/v1/imports/{}/rows", self.import)).of_source(),
            "POST /v1/reconciliations" => Row::new(200, "/v1/reconciliations").body(json!({"orders": [{"order_id": "A-1"}]})),
            "GET /v1/commissions" => Row::new(200, "/v1/commissions"),
            "POST /v1/payout-batches" => Row::new(201, "/v1/payout-batches").body(json!({})),
            "GET /v1/payout-batches" => Row::new(200, "/v1/payout-batches"),
            "GET /v1/payout-batches/{id}" => Row::new(200, format!("/v1/payout-batches/{}", self.batch)).of_ledger(),
            "POST /v1/payout-batches/{id}/approve" => {
                Row::new(200, format!("/v1/payout-batches/{}/approve", self.batch)).of_ledger()
            }
            "GET /v1/payout-batches/{id}/not-paid" => {
                Row::new(200, format!("/v1/payout-batches/{}/not-paid", self.batch)).of_ledger()
            }
            "POST /v1/payout-batches/{id}/cancel" => {
                Row::new(200, format!("/v1/payout-batches/{}/cancel", id_of(&self.approved()))).of_ledger()
            }
            "POST /v1/payout-batches/{id}/settle" => {
                let path = format!("/v1/payout-batches/{}/settle", id_of(&self.approved()));
                Row::new(200, path).body(json!({"result": "paid"})).of_ledger()
            }
            "GET /v1/payout-batches/{id}/files/{format}" => {
                let path = format!("/v1/payout-batches/{}/files/csv", id_of(&self.approved()));
                Row::new(200, path).of_ledger()
            }
            "POST /v1/payout-batches/{id}/status-file" => {
                let path = format!("/v1/payout-batches/{}/status-file", id_of(&self.approved()));
                // Read as a table, this JSON is a head without rows.
                Row::new(200, path).body(json!(["", "Customer ID", "Status", ""])).of_ledger()
            }
            "GET /v1/payer" => Row::new(200, "/v1/payer"),
            "PATCH /v1/payer" => Row::new(200, "/v1/payer").body(json!({"name": "Tea Shop"})),
            "GET /v1/payouts" => Row::new(200, "/v1/payouts"),
            "GET /v1/payouts/{id}" => Row::new(200, format!("/v1/payouts/{}", self.payout)).of_ledger(),
            "POST /v1/payouts/{id}/settle" => {
                let path = format!("/v1/payouts/{}/settle", id_of(&self.approved()["payouts"][0]));
                Row::new(200, path).body(json!({"result": "failed", "reason": "Account closed"})).of_ledger()
            }
            "POST /v1/adjustments" => {
                let body = json!({"referrer_id": self.another, "kind": "adjust", "amount": {"amount": 1, "currency": "EUR"}, "reason": "Thanks"});
                Row::new(201, "/v1/adjustments").body(body).of_ledger().in_body()
            }
            "GET /v1/adjustments" => Row::new(200, "/v1/adjustments"),
            "GET /v1/check" => Row::new(200, "/v1/check"),
            "POST /v1/sandbox/advance" => Row::new(200, "/v1/sandbox/advance").body(json!({"days": 1})),
            "POST /v1/sandbox/reset" => Row::new(200, "/v1/sandbox/reset"),
            _ => return None,
        })
    }
}
