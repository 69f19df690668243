//! A `PayPal` with faults: it loses answers before and after it has done something, repeats a refusal from its cache,
//! answers with rubbish, takes its time, and tells news twice and in any order. It keeps the book that ours must equal.
#![cfg(test)]

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jsonschema::Validator;
use serde_json::{Value, json};

use super::dice::Dice;
use super::paypal_shapes::{BATCH, CREATE, CREATED, ERROR, fits};

/// One request that was taken.
#[derive(Debug, Clone)]
struct Taken {
    number: String,
    items: Vec<Value>,
    /// How often it was asked for: payouts move on with each time.
    asked: usize,
}

/// What became of one payout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) value: String,
    pub(crate) currency: String,
    pub(crate) status: String,
}

#[derive(Default)]
struct Books {
    /// By `sender_batch_id`.
    taken: BTreeMap<String, Taken>,
    /// Refusals that are repeated so many times more.
    cached: HashMap<String, (u16, usize)>,
    /// What no client may do.
    sins: Vec<String>,
    faults: BTreeMap<&'static str, usize>,
    requests: usize,
    /// Where news are told.
    webhook: Option<String>,
    /// News that were held back.
    late: Vec<Value>,
}

/// Where it listens, and its book.
pub(crate) struct FakePaypal {
    pub(crate) address: String,
    books: Arc<Mutex<Books>>,
}

/// What is done with one request.
enum Reply {
    Say(u16, Value),
    Rubbish,
    HangUp,
    Slow(u16, Value),
}

struct Request {
    method: String,
    path: String,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

fn locked(books: &Mutex<Books>) -> MutexGuard<'_, Books> {
    books.lock().unwrap_or_else(PoisonError::into_inner)
}

impl FakePaypal {
    /// Opens one in which `percent` of the requests meet a fault. It lives as long as the test.
    pub(crate) fn open(percent: usize, seed: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let books: Arc<Mutex<Books>> = Arc::default();
        let dice = Arc::new(Mutex::new(Dice::new(seed)));
        let kept = Arc::clone(&books);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (books, dice) = (Arc::clone(&kept), Arc::clone(&dice));
                std::thread::spawn(move || drop(serve(stream, &books, &dice, percent)));
            }
        });
        Self { address, books }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Tells news there from now on.
    pub(crate) fn tell(&self, base: &str) {
        locked(&self.books).webhook = Some(format!("{base}/webhooks/paypal"));
    }

    /// Every payout that was taken, by `sender_item_id`; fails if one was taken twice or something else was wrong.
    pub(crate) fn book(&self) -> BTreeMap<String, Entry> {
        let books = locked(&self.books);
        assert_eq!(books.sins, Vec::<String>::new());
        let mut book = BTreeMap::new();
        for taken in books.taken.values() {
            for item in &taken.items {
                let text = |pointer: &str| item.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
                let id = text("/sender_item_id");
                let status = status_of(item, usize::MAX).to_owned();
                let entry = Entry { value: text("/amount/value"), currency: text("/amount/currency"), status };
                assert_eq!(book.insert(id.clone(), entry), None, "{id} was taken twice");
            }
        }
        book
    }

    /// How many requests there were, and which faults they met.
    pub(crate) fn told(&self) -> (usize, BTreeMap<&'static str, usize>) {
        let books = locked(&self.books);
        (books.requests, books.faults.clone())
    }
}

fn serve(stream: TcpStream, books: &Mutex<Books>, dice: &Mutex<Dice>, percent: usize) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    let request = read(&stream)?;
    let throw = |bound: usize| dice.lock().unwrap_or_else(PoisonError::into_inner).below(bound);
    let (reply, news, webhook) = {
        let mut books = locked(books);
        books.requests += 1;
        let fault = throw(100) < percent;
        let kind = throw(100);
        let (reply, news) = answer(&mut books, &request, fault, kind);
        (reply, news, books.webhook.clone())
    };
    let mut stream = stream;
    let say = |stream: &mut TcpStream, status: u16, text: &str| {
        write!(
            stream,
            "HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{text}",
            text.len()
        )
    };
    // News may come before the answer.
    if let Some(webhook) = webhook {
        for one in &news {
            for _ in 0..2 {
                let sent = ureq::post(&webhook).config().timeout_global(Some(Duration::from_secs(2))).build().send_json(one);
                drop(sent);
            }
        }
    }
    match reply {
        Reply::Say(status, body) => say(&mut stream, status, &body.to_string()),
        Reply::Rubbish => say(&mut stream, 201, "<html>Oops</html>"),
        Reply::HangUp => Ok(()),
        Reply::Slow(status, body) => {
            // Longer than any client waits.
            std::thread::sleep(Duration::from_secs(20));
            say(&mut stream, status, &body.to_string())
        }
    }
}

fn read(stream: &TcpStream) -> std::io::Result<Request> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace();
    let (method, path) = (words.next().unwrap_or_default().to_owned(), words.next().unwrap_or_default().to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|text: &String| text.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Request { method, path, headers, body })
}

/// What is answered, and which news are told beside it.
fn answer(books: &mut Books, request: &Request, fault: bool, kind: usize) -> (Reply, Vec<Value>) {
    let none = Vec::new();
    let path = request.path.split('?').next().unwrap_or_default();
    if path == "/v1/oauth2/token" {
        return match request.headers.get("authorization").map(String::as_str) {
            // client:secret
            Some("Basic Y2xpZW50OnNlY3JldA==") if fault && kind < 30 => (note(books, "no token", Reply::HangUp), none),
            Some("Basic Y2xpZW50OnNlY3JldA==") => {
                (Reply::Say(200, json!({"access_token": "T1", "token_type": "Bearer", "expires_in": 31_668})), none)
            }
            _ => (Reply::Say(401, json!({"error": "invalid_client"})), none),
        };
    }
    if request.headers.get("authorization").map(String::as_str) != Some("Bearer T1") {
        return (problem(books, 401, "AUTHENTICATION_FAILURE", &json!([])), none);
    }
    match (request.method.as_str(), path.strip_prefix("/v1/payments/payouts")) {
        ("POST", Some("")) => create(books, request, fault, kind),
        ("GET", Some(rest)) => (tell(books, rest.trim_start_matches('/'), fault, kind), none),
        _ => (problem(books, 404, "RESOURCE_NOT_FOUND", &json!([])), none),
    }
}

fn note(books: &mut Books, fault: &'static str, reply: Reply) -> Reply {
    *books.faults.entry(fault).or_default() += 1;
    reply
}

fn shaped(books: &mut Books, shape: &Validator, status: u16, body: Value) -> Reply {
    if let Err(fault) = fits(shape, &body) {
        books.sins.push(format!("the fake says what PayPal would not: {fault}"));
    }
    Reply::Say(status, body)
}

fn problem(books: &mut Books, status: u16, name: &str, details: &Value) -> Reply {
    shaped(
        books,
        &ERROR,
        status,
        json!({"name": name, "message": "See details.", "debug_id": "90957fca61718", "details": details}),
    )
}

fn create(books: &mut Books, request: &Request, fault: bool, kind: usize) -> (Reply, Vec<Value>) {
    let none = Vec::new();
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    if let Err(fault) = fits(&CREATE, &body) {
        books.sins.push(fault);
    }
    let key = body["sender_batch_header"]["sender_batch_id"].as_str().unwrap_or_default().to_owned();
    if request.headers.get("paypal-request-id") != Some(&key) {
        books.sins.push(format!("PayPal-Request-Id is not {key}"));
    }
    if let Some((status, left)) = books.cached.get_mut(&key)
        && *left > 0
    {
        *left -= 1;
        let status = *status;
        return (
            note(
                books,
                "cached refusal",
                Reply::Say(status, json!({"name": "RATE_LIMIT_REACHED", "message": "", "debug_id": "1"})),
            ),
            none,
        );
    }
    if fault && let Some(reply) = fault_before(books, &key, kind) {
        return (reply, none);
    }
    let bad: Vec<Value> = places(&body["items"]);
    if !bad.is_empty() {
        return (problem(books, 400, "VALIDATION_ERROR", &Value::Array(bad)), none);
    }
    if let Some(known) = books.taken.get(&key) {
        let link = json!([{"href": format!("https://api-m.paypal.com/v1/payments/payouts/{}", known.number), "rel": "self", "method": "GET"}]);
        let mut duplicate = json!({
            "name": "USER_BUSINESS_ERROR", "message": "User business error.", "debug_id": "4854e55f0e1b3",
            "details": [{"field": "SENDER_BATCH_ID", "issue": "Duplicate batch request"}],
        });
        // Some are told without where it is.
        if !kind.is_multiple_of(3) {
            duplicate["links"] = link;
        }
        return (shaped(books, &ERROR, 400, duplicate), none);
    }
    let number = format!("P{:012}", books.taken.len());
    let items = body["items"].as_array().cloned().unwrap_or_default();
    let created = json!({"batch_header": {"payout_batch_id": number, "batch_status": "PENDING", "sender_batch_header": body["sender_batch_header"]}});
    let news = json!({"event_type": "PAYMENT.PAYOUTSBATCH.PROCESSING", "resource": created});
    books.taken.insert(key, Taken { number, items, asked: 0 });
    // The news of earlier requests come after those of this one.
    let mut told = vec![news.clone()];
    told.append(&mut books.late);
    books.late.push(news);
    let good = shaped(books, &CREATED, 201, created.clone());
    let reply = match (fault, kind) {
        (true, 55..80) => note(books, "lost after", Reply::HangUp),
        (true, 80..90) => {
            note(books, "5xx after", Reply::Say(500, json!({"name": "INTERNAL_SERVER_ERROR", "message": "", "debug_id": "1"})))
        }
        (true, 90..98) => note(books, "rubbish after", Reply::Rubbish),
        (true, _) => note(books, "slow after", Reply::Slow(201, created)),
        _ => good,
    };
    (reply, told)
}

/// A fault that comes before anything is done.
fn fault_before(books: &mut Books, key: &str, kind: usize) -> Option<Reply> {
    match kind {
        0..25 => Some(note(books, "lost before", Reply::HangUp)),
        25..45 => {
            let reply = problem(books, 503, "SERVICE_UNAVAILABLE", &json!([]));
            Some(note(books, "5xx before", reply))
        }
        45..55 => {
            books.cached.insert(key.to_owned(), (429, 2));
            Some(note(books, "refusal to be cached", problem_429()))
        }
        _ => None,
    }
}

fn problem_429() -> Reply {
    Reply::Say(429, json!({"name": "RATE_LIMIT_REACHED", "message": "Too many requests.", "debug_id": "1"}))
}

/// Receivers that the provider does not take.
fn places(items: &Value) -> Vec<Value> {
    let bad = |item: &Value| item["receiver"].as_str().is_some_and(|receiver| receiver.starts_with("refused"));
    let all = items.as_array().into_iter().flatten().enumerate();
    all.filter(|(_, item)| bad(item))
        .map(|(place, item)| json!({"field": format!("items[{place}].receiver"), "value": item["receiver"], "location": "body", "issue": "Receiver is invalid or does not match with type"}))
        .collect()
}

/// Where a payout stands when it was asked for `asked` times: told by its receiver.
fn status_of(item: &Value, asked: usize) -> &'static str {
    let receiver = item["receiver"].as_str().unwrap_or_default();
    match (receiver, asked) {
        (_, 0) => "PENDING",
        (one, _) if one.starts_with("fails") => "FAILED",
        (one, 1) if one.starts_with("unclaimed") => "UNCLAIMED",
        (one, _) if one.starts_with("unclaimed") => "RETURNED",
        (one, 1) if one.starts_with("held") => "ONHOLD",
        (one, _) if one.starts_with("blocked") => "BLOCKED",
        _ => "SUCCESS",
    }
}

fn tell(books: &mut Books, number: &str, fault: bool, kind: usize) -> Reply {
    match (fault, kind) {
        (true, 0..40) => return note(books, "lost question", Reply::HangUp),
        (true, 40..70) => {
            let reply = problem(books, 500, "INTERNAL_SERVER_ERROR", &json!([]));
            return note(books, "5xx to a question", reply);
        }
        (true, _) => return note(books, "rubbish to a question", Reply::Rubbish),
        _ => {}
    }
    let found = books.taken.iter_mut().find(|(_, taken)| taken.number == number);
    let Some((key, taken)) = found else { return problem(books, 404, "RESOURCE_NOT_FOUND", &json!([])) };
    let asked = taken.asked;
    taken.asked += 1;
    let item = |(place, item): (usize, &Value)| {
        let status = status_of(item, asked);
        let mut one = json!({
            "payout_item_id": format!("I{place:08}{number}"), "payout_batch_id": number, "transaction_status": status,
            "payout_item_fee": {"currency": "USD", "value": "0.25"}, "payout_item": item,
        });
        if matches!(status, "FAILED" | "BLOCKED" | "UNCLAIMED") {
            one["errors"] =
                json!({"name": "RECEIVER_ACCOUNT_LOCKED", "message": "The receiver's account is locked.", "debug_id": "1"});
        }
        one
    };
    let body = json!({
        "total_items": taken.items.len(), "total_pages": 1,
        "batch_header": {
            "payout_batch_id": number, "batch_status": if asked == 0 { "PENDING" } else { "SUCCESS" },
            "sender_batch_header": {"sender_batch_id": key},
        },
        "items": taken.items.iter().enumerate().map(item).collect::<Vec<_>>(),
    });
    shaped(books, &BATCH, 200, body)
}
