//! openapi.yaml as a judge: every exchange of every test passes here.
#![cfg(test)]

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use jsonschema::Validator;
use serde_json::{Value, json};

/// Refusals that `default` stands for; any other status must be named by the operation.
const ANYWHERE: [u16; 8] = [400, 401, 403, 413, 415, 422, 429, 503];

static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_norway::from_str(include_str!("../../openapi.yaml")).expect("openapi.yaml is YAML"));

/// Compiling a schema takes longer than most exchanges.
static COMPILED: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);

/// One request and its answer.
pub(crate) struct Exchange<'a> {
    pub(crate) method: &'a str,
    /// With the query.
    pub(crate) target: &'a str,
    pub(crate) has_idempotency_key: bool,
    pub(crate) request: &'a [u8],
    pub(crate) status: u16,
    pub(crate) content_type: Option<&'a str>,
    pub(crate) response: &'a [u8],
}

/// One operation of the document.
#[derive(Clone)]
pub(crate) struct Operation {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) item: Value,
    /// JSON pointer to the operation in the document.
    pointer: String,
    parameters: Vec<Value>,
}

/// A schema of the document, by its name.
pub(crate) fn schema(name: &str) -> &'static Value {
    &DOCUMENT["components"]["schemas"][name]
}

/// Every operation, in the document's order.
pub(crate) fn operations() -> Vec<Operation> {
    let paths = DOCUMENT["paths"].as_object().expect("paths");
    let of_path = |(path, item): (&String, &Value)| {
        let shared = item["parameters"].as_array().cloned().unwrap_or_default();
        let methods = item.as_object().expect("a path item").iter().filter(|(name, _)| *name != "parameters");
        methods
            .map(|(method, operation)| {
                let own = operation["parameters"].as_array().cloned().unwrap_or_default();
                Operation {
                    method: method.to_uppercase(),
                    path: path.clone(),
                    item: operation.clone(),
                    pointer: format!("/paths/{}/{method}", escape(path)),
                    parameters: shared.iter().chain(&own).map(|parameter| resolve(parameter).clone()).collect(),
                }
            })
            .collect::<Vec<_>>()
    };
    paths.iter().flat_map(of_path).collect()
}

impl Operation {
    /// `GET /v1/sales/{id}`.
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Who may call it; `None` when anybody may, without a token.
    pub(crate) fn roles(&self) -> Option<Vec<String>> {
        if self.item["security"] == json!([]) {
            return None;
        }
        let roles = self.item["x-roles"].as_array().unwrap_or_else(|| panic!("{} has no x-roles", self.name()));
        Some(roles.iter().map(|role| role.as_str().expect("a role").to_owned()).collect())
    }

    /// Whether it takes sandbox tokens only.
    pub(crate) fn sandbox_only(&self) -> bool {
        self.item["x-mode"] == "sandbox"
    }

    /// Whether it wants an `Idempotency-Key`.
    pub(crate) fn wants_key(&self) -> bool {
        self.parameters.iter().any(|parameter| parameter["in"] == "header" && parameter["name"] == "Idempotency-Key")
    }

    fn matches(&self, method: &str, path: &str) -> bool {
        let (mine, theirs): (Vec<&str>, Vec<&str>) = (self.path.split('/').collect(), path.split('/').collect());
        let same = |(mine, theirs): (&&str, &&str)| mine == theirs || (mine.starts_with('{') && !theirs.is_empty());
        self.method == method && mine.len() == theirs.len() && mine.iter().zip(&theirs).all(same)
    }
}

/// Finds the operation that a request is for; fixed segments win over parameters.
pub(crate) fn operation(method: &str, path: &str) -> Option<Operation> {
    static ALL: LazyLock<Vec<Operation>> = LazyLock::new(operations);
    let fitting = ALL.iter().filter(|operation| operation.matches(method, path));
    fitting.min_by_key(|operation| operation.path.matches('{').count()).cloned()
}

/// Fails the test when an exchange is not what the document says.
pub(crate) fn judge(exchange: &Exchange<'_>) {
    let (path, query) = exchange.target.split_once('?').unwrap_or((exchange.target, ""));
    let title = format!("{} {} -> {}", exchange.method, exchange.target, exchange.status);
    let Some(operation) = operation(exchange.method, path) else { panic!("{title}: openapi.yaml has no such operation") };
    if exchange.status < 400 {
        judge_request(&operation, exchange, query, &title);
    }
    judge_response(&operation, exchange, &title);
}

fn judge_request(operation: &Operation, exchange: &Exchange<'_>, query: &str, title: &str) {
    for (name, _) in url::form_urlencoded::parse(query.as_bytes()) {
        let known = operation.parameters.iter().any(|parameter| parameter["in"] == "query" && parameter["name"] == *name);
        assert!(known, "{title}: accepted the query parameter {name}, which openapi.yaml does not know");
    }
    assert!(
        exchange.has_idempotency_key || !operation.wants_key(),
        "{title}: accepted without Idempotency-Key, which openapi.yaml requires"
    );
    let content = &resolve(&operation.item["requestBody"])["content"]["application/json"];
    if content.is_null() {
        return;
    }
    let body: Value = serde_json::from_slice(exchange.request)
        .unwrap_or_else(|fault| panic!("{title}: accepted a body that is not JSON: {fault}"));
    let place = if operation.item["requestBody"]["$ref"].is_string() {
        operation.item["requestBody"]["$ref"].as_str().expect("a reference").trim_start_matches('#').to_owned()
    } else {
        format!("{}/requestBody", operation.pointer)
    };
    let faults = faults_of(&format!("{place}/content/application~1json/schema"), &body);
    assert!(faults.is_empty(), "{title}: accepted a body that openapi.yaml refuses\n{faults}\n{body:#}");
}

fn judge_response(operation: &Operation, exchange: &Exchange<'_>, title: &str) {
    let responses = &operation.item["responses"];
    let named = exchange.status.to_string();
    let key = if responses[&named].is_null() {
        let covered = ANYWHERE.contains(&exchange.status) && !responses["default"].is_null();
        assert!(covered, "{title}: openapi.yaml does not know this status\n{}", String::from_utf8_lossy(exchange.response));
        "default"
    } else {
        &named
    };
    let response = &responses[key];
    let content = resolve(response)["content"].as_object();
    let Some(content) = content else {
        assert!(exchange.response.is_empty(), "{title}: has a body, openapi.yaml says none");
        return;
    };
    let sent = exchange.content_type.unwrap_or("").split(';').next().unwrap_or("").trim();
    assert!(content.contains_key(sent), "{title}: sent {sent:?}, openapi.yaml says {:?}", content.keys().collect::<Vec<_>>());
    if !sent.ends_with("json") {
        return;
    }
    let body: Value = serde_json::from_slice(exchange.response)
        .unwrap_or_else(|fault| panic!("{title}: {fault}\n{}", String::from_utf8_lossy(exchange.response)));
    let place = response["$ref"].as_str().map(|reference| reference.trim_start_matches('#').to_owned());
    let place = place.unwrap_or_else(|| format!("{}/responses/{key}", operation.pointer));
    let faults = faults_of(&format!("{place}/content/{}/schema", escape(sent)), &body);
    assert!(faults.is_empty(), "{title}: the answer is not what openapi.yaml says\n{faults}\n{body:#}");
    if sent == "application/problem+json" {
        assert_eq!(body["status"], exchange.status, "{title}: the problem names another status");
        assert!(body["request_id"].is_string(), "{title}: no request_id\n{body:#}");
    }
}

/// What the schema at `pointer` of the document finds wrong with `value`, one line each.
fn faults_of(pointer: &str, value: &Value) -> String {
    let validator = {
        let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(compiled.entry(pointer.to_owned()).or_insert_with(|| Arc::new(compile(pointer))))
    };
    validator.iter_errors(value).map(|fault| format!("  {}: {fault}", fault.instance_path())).collect::<Vec<_>>().join("\n")
}

fn compile(pointer: &str) -> Validator {
    let schema = DOCUMENT.pointer(pointer).unwrap_or_else(|| panic!("openapi.yaml has nothing at {pointer}"));
    let whole = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "allOf": [schema],
        "components": DOCUMENT["components"],
    });
    jsonschema::options().should_validate_formats(true).build(&whole).unwrap_or_else(|fault| panic!("{pointer}: {fault}"))
}

fn resolve(value: &Value) -> &Value {
    match value["$ref"].as_str() {
        Some(reference) => DOCUMENT.pointer(reference.trim_start_matches('#')).unwrap_or_else(|| panic!("no {reference}")),
        None => value,
    }
}

fn escape(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}

#[test]
fn every_example_of_the_document_fits_its_schema() {
    let mut judged = 0;
    for operation in operations() {
        let reference = operation.item["requestBody"]["$ref"].as_str().map(|found| found.trim_start_matches('#').to_owned());
        let place = reference.unwrap_or_else(|| format!("{}/requestBody", operation.pointer));
        let Some(content) = DOCUMENT.pointer(&format!("{place}/content/application~1json")) else { continue };
        let several = content["examples"].as_object().map(|found| found.values().map(|one| one["value"].clone()).collect());
        let examples: Vec<Value> = several.unwrap_or_else(|| vec![content["example"].clone()]);
        for example in examples {
            assert!(!example.is_null(), "{} has a body without an example", operation.name());
            let faults = faults_of(&format!("{place}/content/application~1json/schema"), &example);
            assert!(faults.is_empty(), "{}: {example}\n{faults}", operation.name());
            judged += 1;
        }
    }
    assert!(judged > 20, "only {judged} examples");
}

#[test]
fn every_schema_of_the_document_compiles_and_every_operation_names_its_roles() {
    for name in DOCUMENT["components"]["schemas"].as_object().expect("schemas").keys() {
        drop(compile(&format!("/components/schemas/{name}")));
    }
    for operation in operations() {
        let public = operation.roles().is_none();
        assert_eq!(public, !operation.path.starts_with("/v1/"), "{}: only /v1 takes a token", operation.name());
    }
}
