//! What needs no token, in the matrix.

use super::{Row, World};

impl World<'_> {
    pub(super) fn public_row(&self, name: &str) -> Option<Row> {
        let mail = &self.mail;
        Some(match name {
            "GET /r/{code}" => Row::new(302, "/r/JOE"),
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
