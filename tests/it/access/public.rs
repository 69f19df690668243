//! What needs no token, in the matrix.

use serde_json::json;

use super::{Row, World};

impl World<'_> {
    pub(super) fn public_row(&self, name: &str) -> Option<Row> {
        let mail = &self.mail;
        Some(match name {
            "GET /r/{code}" => Row::new(302, "/r/JOE"),
            "GET /q/{image}" => Row::new(200, "/q/JOE.svg"),
            "GET /hound.js" => Row::new(200, "/hound.js"),
            "POST /webhooks/paypal" => Row::new(200, "/webhooks/paypal").body(json!({})),
            "POST /webhooks/{kind}" => Row::new(401, "/webhooks/shopify").body(json!({})),
            "POST /webhooks/{kind}/{id}" => Row::new(401, format!("/webhooks/shopify/{}", self.sale)).body(json!({})),
            "POST /webhooks/bounces" => Row::new(404, "/webhooks/bounces").body(json!({})),
            "GET /u/{mail_id}" | "POST /u/{mail_id}" => Row::new(200, format!("/u/{mail}")),
            "GET /metrics" => Row::new(404, "/metrics"),
            "GET /health/live" => Row::new(200, "/health/live"),
            "GET /health/ready" => Row::new(200, "/health/ready"),
            "GET /openapi.yaml" => Row::new(200, "/openapi.yaml"),
            "GET /docs" => Row::new(200, "/docs"),
            _ => return None,
        })
    }
}
