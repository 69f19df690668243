//! The contract, `openapi.yaml`, as it is served, and what it says about each address.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::ServiceConfig;
use actix_web::{HttpResponse, web};

/// The contract.
pub const OPENAPI: &str = include_str!("../../openapi.yaml");

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// One method of one address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Such as `GET`.
    pub method: String,
    /// Such as `/v1/sales/{id}`.
    pub path: String,
    /// One line for people.
    pub summary: String,
}

/// The routes that `openapi.yaml` names, in its order. The file is written by hand in block style with
/// an indentation of two, and every start reads it: a parser for the whole document would only be waited for here.
#[must_use]
pub fn routes(yaml: &str) -> Vec<Route> {
    let mut routes: Vec<Route> = Vec::new();
    let (mut in_paths, mut path) = (false, String::new());
    for line in yaml.lines() {
        let text = line.trim_start();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        match line.len() - text.len() {
            0 => in_paths = text.starts_with("paths:"),
            2 if in_paths => path = text.trim_end().trim_end_matches(':').trim_matches(['"', '\'']).to_owned(),
            4 if in_paths => {
                let method = text.trim_end().trim_end_matches(':');
                if METHODS.contains(&method) {
                    routes.push(Route { method: method.to_uppercase(), path: path.clone(), summary: String::new() });
                }
            }
            6 if in_paths => {
                if let (Some(summary), Some(route)) = (text.strip_prefix("summary:"), routes.last_mut()) {
                    route.summary = summary.trim().trim_matches(['"', '\'']).to_owned();
                }
            }
            _ => {}
        }
    }
    routes
}

/// The methods that `path` takes, as an `Allow` header; none if there is no such address.
#[must_use]
pub fn allowed(routes: &[Route], path: &str) -> Option<String> {
    let fits = |pattern: &str| {
        let (mut parts, mut pattern_parts) = (path.split('/'), pattern.split('/'));
        loop {
            match (parts.next(), pattern_parts.next()) {
                (None, None) => return true,
                (Some(part), Some(wanted)) if part == wanted || (wanted.starts_with('{') && !part.is_empty()) => {}
                _ => return false,
            }
        }
    };
    let methods: Vec<&str> = routes.iter().filter(|route| fits(&route.path)).map(|route| route.method.as_str()).collect();
    if methods.is_empty() { None } else { Some(methods.join(", ")) }
}

/// Adds `/openapi.yaml`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/openapi.yaml").route(web::get().to(openapi)));
}

async fn openapi() -> HttpResponse {
    HttpResponse::Ok().content_type("application/yaml").insert_header((CACHE_CONTROL, "no-cache")).body(OPENAPI)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = "openapi: 3.1.0\npaths:\n  /v1/sales:\n    get:\n      summary: Lists sales\n    post:\n      summary: \"Reports <an> order\"\n  # a comment\n  '/v1/sales/{id}':\n    parameters:\n      - name: id\n    get:\n      summary: One sale\ncomponents:\n  /not/a/path:\n    get:\n";

    #[test]
    fn the_contract_tells_its_routes() {
        let routes = routes(SMALL);
        assert_eq!(routes.len(), 3);
        assert_eq!(
            (routes[2].method.as_str(), routes[2].path.as_str(), routes[2].summary.as_str()),
            ("GET", "/v1/sales/{id}", "One sale")
        );
        assert_eq!(allowed(&routes, "/v1/sales").as_deref(), Some("GET, POST"));
        assert_eq!(allowed(&routes, "/v1/sales/7").as_deref(), Some("GET"));
        assert_eq!(allowed(&routes, "/v1/sales/7/x"), None);
    }

    #[test]
    fn the_embedded_contract_can_be_read() {
        assert!(!routes(OPENAPI).is_empty());
    }
}
