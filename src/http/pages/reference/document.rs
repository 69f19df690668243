//! `openapi.yaml` as the reference shows it: read once, when somebody first looks, and kept without what no page shows.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value;

use super::schema::{self, Field};
use crate::http::contract::OPENAPI;

/// What names any object in samples.
const ANY_ID: &str = "0193a1b2-0000-7000-8000-000000000001";

/// The whole reference.
pub(super) struct Document {
    /// What holds for every request, in paragraphs and points.
    pub(super) rules: Vec<String>,
    pub(super) chapters: Vec<Chapter>,
}

/// Nouns that belong together.
pub(super) struct Chapter {
    pub(super) name: String,
    pub(super) about: String,
    pub(super) nouns: Vec<Noun>,
}

/// One noun of the API: a page.
pub(super) struct Noun {
    /// As it stands in the page's address.
    pub(super) name: String,
    pub(super) operations: Vec<Operation>,
}

/// One method of one address.
pub(super) struct Operation {
    /// Such as `record_sale`.
    pub(super) id: String,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) summary: String,
    pub(super) about: String,
    /// Who may call it; nobody in particular where no token is asked for.
    pub(super) roles: Vec<String>,
    /// Whether it takes sandbox tokens only.
    pub(super) sandbox_only: bool,
    pub(super) wants_key: bool,
    pub(super) parameters: Vec<Field>,
    /// Fields of the body; empty where it is no JSON.
    pub(super) body: Vec<Field>,
    /// What the body is, as a media type; none where there is none.
    pub(super) media: Option<String>,
    /// Bodies that are taken as they are, by name.
    pub(super) examples: Vec<Example>,
    pub(super) answers: Vec<Answer>,
    /// The path with something in each of its places, and the parameters it cannot do without.
    pub(super) target: String,
}

/// A body that is taken as it is.
pub(super) struct Example {
    pub(super) name: String,
    /// Over several lines.
    pub(super) text: String,
}

/// One answer.
pub(super) struct Answer {
    /// A status, or `default`.
    pub(super) status: String,
    pub(super) about: String,
    pub(super) fields: Vec<Field>,
}

static DOCUMENT: LazyLock<Document> = LazyLock::new(|| {
    // A test reads what is compiled in; a document that cannot be read shows nothing.
    serde_norway::from_str::<Value>(OPENAPI)
        .map_or_else(|_| Document { rules: Vec::new(), chapters: Vec::new() }, |root| read(&root))
});

/// The reference.
pub(super) fn document() -> &'static Document {
    &DOCUMENT
}

/// The noun of this name.
pub(super) fn noun(name: &str) -> Option<&'static Noun> {
    document().chapters.iter().flat_map(|chapter| &chapter.nouns).find(|noun| noun.name == name)
}

/// The operation of this id.
pub(super) fn operation(id: &str) -> Option<&'static Operation> {
    let nouns = document().chapters.iter().flat_map(|chapter| &chapter.nouns);
    nouns.flat_map(|noun| &noun.operations).find(|operation| operation.id == id)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().trim().to_owned()
}

fn read(root: &Value) -> Document {
    let tags = root["tags"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut chapters: Vec<Chapter> = tags
        .iter()
        .map(|tag| Chapter { name: text(&tag["name"]), about: text(&tag["description"]), nouns: Vec::new() })
        .collect();
    for (path, item) in root["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten().filter(|(name, _)| *name != "parameters") {
            let tag = operation.pointer("/tags/0").map(text).unwrap_or_default();
            let name = noun_of(path);
            let operation = operation_of(root, path, method, item, operation);
            // A noun stands where its first operation does.
            let known = chapters.iter_mut().flat_map(|chapter| &mut chapter.nouns).find(|noun| noun.name == name);
            if let Some(noun) = known {
                noun.operations.push(operation);
            } else if let Some(chapter) = chapters.iter_mut().find(|chapter| chapter.name == tag) {
                chapter.nouns.push(Noun { name, operations: vec![operation] });
            }
        }
    }
    Document { rules: rules(&root.pointer("/info/description").map(text).unwrap_or_default()), chapters }
}

/// Paragraphs and points, each on one line; a point begins with `* `.
fn rules(description: &str) -> Vec<String> {
    let mut rules: Vec<String> = Vec::new();
    let mut begins = true;
    for line in description.lines() {
        let words = line.trim();
        if words.is_empty() {
            begins = true;
            continue;
        }
        match rules.last_mut() {
            Some(last) if !begins && !words.starts_with("* ") => {
                last.push(' ');
                last.push_str(words);
            }
            _ => rules.push(words.to_owned()),
        }
        begins = false;
    }
    rules
}

/// `/v1/sales/{id}` is about `sales`, `/hound.js` about `hound.js`.
fn noun_of(path: &str) -> String {
    let path = path.strip_prefix("/v1").unwrap_or(path);
    path.split('/').nth(1).unwrap_or_default().to_owned()
}

fn operation_of(root: &Value, path: &str, method: &str, item: &Value, operation: &Value) -> Operation {
    let shared = item["parameters"].as_array().into_iter().flatten();
    let own = operation["parameters"].as_array().into_iter().flatten();
    let parameters: Vec<&Value> = shared.chain(own).map(|parameter| schema::follow(root, parameter)).collect();
    let content = &schema::follow(root, &operation["requestBody"])["content"];
    let json = &content["application/json"];
    let media = content.as_object().and_then(|kinds| {
        let json = kinds.keys().find(|kind| *kind == "application/json");
        json.or_else(|| kinds.keys().find(|kind| *kind == "text/csv")).or_else(|| kinds.keys().next()).cloned()
    });
    let roles = operation["x-roles"].as_array().into_iter().flatten().map(text).collect();
    let is_key = |parameter: &&Value| parameter["in"] == "header" && parameter["name"] == "Idempotency-Key";
    Operation {
        id: text(&operation["operationId"]),
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: text(&operation["summary"]),
        about: text(&operation["description"]),
        roles,
        sandbox_only: operation["x-mode"] == "sandbox",
        wants_key: parameters.iter().any(is_key),
        target: target(path, &parameters),
        parameters: parameters.iter().map(|parameter| schema::parameter(root, parameter)).collect(),
        body: schema::fields(root, &json["schema"]),
        examples: examples(json),
        media: media.map(|media| if media == "*/*" { "application/json".to_owned() } else { media }),
        answers: answers(root, &operation["responses"]),
    }
}

fn examples(json: &Value) -> Vec<Example> {
    let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap_or_default();
    let one = json.get("example").map(|value| Example { name: "example".to_owned(), text: pretty(value) });
    let several = json["examples"].as_object().into_iter().flatten();
    let several = several.map(|(name, example)| Example { name: name.clone(), text: pretty(&example["value"]) });
    let mut all: Vec<Example> = one.into_iter().chain(several).collect();
    // Objects are read in the order of their keys; what needs least comes first.
    all.sort_by_key(|example| example.text.len());
    all
}

fn answers(root: &Value, responses: &Value) -> Vec<Answer> {
    let answer = |(status, response): (&String, &Value)| {
        let response = schema::follow(root, response);
        let fields = response.pointer("/content/application~1json/schema").map(|found| schema::fields(root, found));
        Answer { status: status.clone(), about: text(&response["description"]), fields: fields.unwrap_or_default() }
    };
    responses.as_object().into_iter().flatten().map(answer).collect()
}

/// The path as it may be asked for.
fn target(path: &str, parameters: &[&Value]) -> String {
    let words: BTreeMap<&str, &str> = BTreeMap::from([
        ("id", ANY_ID),
        ("mail_id", ANY_ID),
        ("code", "JOE"),
        ("name", "gold"),
        ("period", "2026-11"),
        ("kind", "shopify"),
        ("image", "JOE.svg"),
        ("format", "csv"),
    ]);
    let filled = words.iter().fold(path.to_owned(), |path, (name, word)| path.replace(&format!("{{{name}}}"), word));
    let needed = parameters.iter().filter(|parameter| parameter["in"] == "query" && parameter["required"] == true);
    let query: Vec<String> = needed
        .map(|parameter| {
            let first = parameter.pointer("/schema/enum/0").and_then(Value::as_str).unwrap_or("2026");
            format!("{}={first}", text(&parameter["name"]))
        })
        .collect();
    if query.is_empty() { filled } else { format!("{filled}?{}", query.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_document_is_read_whole() {
        let operations: Vec<&Operation> =
            document().chapters.iter().flat_map(|chapter| &chapter.nouns).flat_map(|noun| &noun.operations).collect();
        assert_eq!(operations.len(), crate::http::contract::routes(OPENAPI).len());
        for one in &operations {
            assert!(!one.summary.is_empty() && !one.id.is_empty() && !one.answers.is_empty(), "{} {}", one.method, one.path);
            assert!(!one.target.contains('{'), "{}", one.target);
        }
        let sale = operation("record_sale").expect("an operation");
        assert!(sale.body.iter().any(|field| field.name == "referred_by.email"), "fields in fields");
        assert!(sale.body.iter().any(|field| field.name == "lines[].sku"), "fields in lists");
        assert!(sale.examples.first().is_some_and(|example| example.text.contains("order_id")));
        assert!(document().rules.len() > 5 && document().rules.iter().any(|rule| rule.starts_with("* Lists are")));
    }

    #[test]
    fn each_noun_stands_in_one_chapter() {
        let mut names: Vec<&str> =
            document().chapters.iter().flat_map(|chapter| &chapter.nouns).map(|noun| noun.name.as_str()).collect();
        names.sort_unstable();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all, "a noun in two chapters would have two pages");
        assert!(!names.contains(&"log") && !names.contains(&"try"), "addresses of other pages");
    }
}
