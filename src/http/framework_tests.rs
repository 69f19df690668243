//! The front door itself: who gets in, what is refused, and that nothing falls through.

use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServiceResponse;
use actix_web::http::header::AUTHORIZATION;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, init_service, read_body, try_call_service};
use actix_web::{App as ActixApp, HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::{Value, json};

use super::app::App;
use super::body::Body;
use super::callers::{AnyReader, Auditor, CodeReader, Owner, Reporter, SandboxUser, StaffReader};
use super::idempotency::{Stored, with_key};
use super::problem::ApiError;
use super::{cors, observe, server};
use crate::clock::Clock;
use crate::db::connect::Place;
use crate::db::outbox::audit;
use crate::db::types::AnyId;
use crate::domain::id::{ReferrerId, TokenId};
use crate::domain::principal::{Mode, Role};
use crate::operations::books::Books;
use crate::operations::create_token::{NewToken, create_token};
use crate::operations::revoke_token::revoke_token;
use crate::tokens::{Claims, Keyring};

struct House {
    app: web::Data<App>,
    keys: Keyring,
    _dir: tempfile::TempDir,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    amount: i64,
}

fn routes(cfg: &mut web::ServiceConfig) {
    async fn ok() -> HttpResponse {
        HttpResponse::Ok().json(json!({}))
    }
    macro_rules! needs {
        ($($path:literal $permission:ident),+) => {$(
            cfg.service(web::resource(concat!("/test/", $path)).route(web::get().to(|_: $permission| ok())));
        )+};
    }
    needs!("owner" Owner, "auditor" Auditor, "reporter" Reporter, "staff" StaffReader, "any" AnyReader, "code" CodeReader,
        "sandbox" SandboxUser);
    cfg.service(web::resource("/test/panic").route(web::get().to(panics)));
    cfg.service(web::resource("/test/body").route(
        web::post().to(|Body(order, _): Body<Order>| async move { HttpResponse::Ok().json(json!({ "amount": order.amount })) }),
    ));
    cfg.service(web::resource("/test/once").route(web::post().to(once)));
}

async fn panics(code: web::Query<Value>) -> HttpResponse {
    panic!("canary-in-a-panic {code:?}");
}

async fn once(owner: Owner, req: HttpRequest, Body(order, print): Body<Order>) -> Result<HttpResponse, ApiError> {
    with_key(&owner, &req, &print, move |tx, now| {
        let id = audit(tx, "test", "test.once", AnyId::from_uuid(uuid::Uuid::nil()), json!({ "amount": order.amount }), now)?;
        Ok(Stored::new(201, &json!({ "id": id })))
    })
    .await
}

/// Ledgers are opened off the async threads.
fn aside<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| scope.spawn(work).join().expect("no panic"))
}

impl House {
    fn open() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let place = |name: &str| Place::Sqlite(dir.path().join(name));
        let books = aside(|| Books::open(place("hound.db"), place("sandbox.db"), Clock::wall()).expect("ledgers"));
        let key = || Keyring::load_or_create(&dir.path().join("signing.key")).expect("a key");
        let app = App::new(Arc::new(books), key(), "https://refer.example/go".to_owned(), None, false);
        Self { app: web::Data::new(app), keys: key(), _dir: dir }
    }

    fn token(&self, role: Role, mode: Mode) -> (TokenId, String) {
        let request = NewToken {
            role,
            mode,
            source: (role == Role::Storefront).then(|| "main".to_owned()),
            referrer_id: (role == Role::Referrer).then(|| ReferrerId::new(self.app.books.live.clock.now())),
            origin: (role == Role::Publishable).then(|| "https://shop.example".to_owned()),
            valid_seconds: 3_600,
        };
        let writer = &self.app.books.live.writer;
        let row = aside(|| writer.write_blocking(move |tx, now| create_token(tx, now, &request, "test")).expect("a token"));
        let claims = Claims::new(&row.principal(), row.created_at, row.expires_at);
        (row.id, self.keys.mint(&claims).expect("signed"))
    }

    async fn send(&self, request: TestRequest) -> ServiceResponse {
        let app = ActixApp::new()
            .app_data(self.app.clone())
            .wrap(from_fn(cors::share_codes))
            .wrap(from_fn(observe::observe))
            .configure(routes)
            .configure(server::routes);
        let service = init_service(app).await;
        match try_call_service(&service, request.to_request()).await {
            Ok(response) => response.map_into_boxed_body(),
            // What the HTTP layer makes of an error.
            Err(error) => ServiceResponse::new(TestRequest::default().to_http_request(), error.error_response()),
        }
    }

    async fn get(&self, path: &str, token: &str) -> u16 {
        let bearer = (AUTHORIZATION, format!("Bearer {token}"));
        self.send(TestRequest::get().uri(path).insert_header(bearer)).await.status().as_u16()
    }
}

async fn problem(response: ServiceResponse) -> (u16, Value) {
    let status = response.status().as_u16();
    assert_eq!(response.headers().get("content-type").map(|value| value.as_bytes()), Some(&b"application/problem+json"[..]));
    (status, serde_json::from_slice(&read_body(response).await).expect("JSON"))
}

#[actix_web::test]
async fn a_permission_lets_in_its_roles_and_no_other() {
    let house = House::open();
    let roles = [Role::Owner, Role::Accountant, Role::Storefront, Role::Referrer, Role::Publishable];
    let table = [
        ("/test/owner", [200, 403, 403, 403, 403]),
        ("/test/auditor", [200, 200, 403, 403, 403]),
        ("/test/reporter", [200, 403, 200, 403, 403]),
        ("/test/staff", [200, 200, 200, 403, 403]),
        ("/test/any", [200, 200, 200, 200, 403]),
        // A publishable token is good in pages of its origin only; none is sent here.
        ("/test/code", [200, 200, 200, 200, 403]),
        ("/test/sandbox", [403, 403, 403, 403, 403]),
    ];
    for (place, role) in roles.into_iter().enumerate() {
        let (_, token) = house.token(role, Mode::Live);
        for (path, expected) in table {
            assert_eq!(house.get(path, &token).await, expected[place], "{path} {role:?}");
        }
    }
    for (role, expected) in [(Role::Owner, 200), (Role::Storefront, 200), (Role::Accountant, 403)] {
        let (_, token) = house.token(role, Mode::Sandbox);
        assert_eq!(house.get("/test/sandbox", &token).await, expected, "{role:?}");
    }
    let (_, token) = house.token(Role::Publishable, Mode::Live);
    for (origin, expected) in [("https://shop.example", 200), ("https://evil.example", 403), ("null", 403)] {
        let request = TestRequest::get().uri("/test/code").insert_header((AUTHORIZATION, format!("Bearer {token}")));
        assert_eq!(house.send(request.insert_header(("origin", origin))).await.status().as_u16(), expected, "{origin}");
    }
}

#[actix_web::test]
async fn a_revoked_token_is_refused_within_a_second() {
    let house = House::open();
    let (id, token) = house.token(Role::Owner, Mode::Live);
    assert_eq!(house.get("/test/owner", &token).await, 200);
    house.app.books.live.writer.write(move |tx, now| revoke_token(tx, now, id, "test")).await.expect("revoked");
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(house.get("/test/owner", &token).await, 401);
}

#[actix_web::test]
async fn without_a_good_token_nobody_gets_in() {
    let house = House::open();
    let (_, token) = house.token(Role::Owner, Mode::Live);
    for value in
        ["", "Bearer", "Bearer ", "Basic b3duZXI6", &token, &format!("Bearer {token}x"), &format!("bearer {token} {token}")]
    {
        let response = house.send(TestRequest::get().uri("/test/owner").insert_header((AUTHORIZATION, value))).await;
        assert!(response.headers().contains_key("www-authenticate"), "{value}");
        assert_eq!(problem(response).await.0, 401, "{value}");
    }
    let twice = TestRequest::get().uri("/test/owner");
    let twice = twice.append_header((AUTHORIZATION, format!("Bearer {token}"))).append_header((AUTHORIZATION, "Bearer x"));
    assert_eq!(house.send(twice).await.status(), 401);
    // Signed with our key, but never made: the ledger does not know it.
    let now = Clock::wall().now();
    let unknown = crate::domain::principal::Principal {
        token_id: TokenId::new(now),
        role: Role::Owner,
        mode: Mode::Live,
        source: None,
        referrer_id: None,
        origin: None,
    };
    let minted = house.keys.mint(&Claims::new(&unknown, now, now.plus_days(1))).expect("signed");
    assert_eq!(house.get("/test/owner", &minted).await, 401);
}

#[actix_web::test]
async fn a_panic_is_a_problem_without_detail() {
    let house = House::open();
    let (status, body) = problem(house.send(TestRequest::get().uri("/test/panic")).await).await;
    assert_eq!((status, body["code"].as_str()), (500, Some("internal")));
    assert!(body["request_id"].is_string() && !body.to_string().contains("canary"));
}

#[actix_web::test]
async fn what_does_not_exist_is_a_problem_too() {
    let house = House::open();
    for (method, path, expected) in [
        ("GET", "/nowhere", 404),
        ("GET", "/nothing/here", 404),
        ("GET", "/../etc/passwd", 404),
        ("DELETE", "/health/live", 405),
        ("POST", "/r/JOE", 405),
        ("GET", "/metrics", 404),
    ] {
        let request = TestRequest::default().method(method.parse().expect("a method")).uri(path);
        let (status, body) = problem(house.send(request).await).await;
        assert_eq!((status, body["status"].as_u64()), (expected, Some(u64::from(expected))), "{method} {path}");
        assert!(body["request_id"].is_string(), "{method} {path}");
    }
}

#[actix_web::test]
async fn a_body_is_json_small_and_plain() {
    let house = House::open();
    let json_type = ("content-type", "application/json");
    let post = || TestRequest::post().uri("/test/body");
    let cases: Vec<(TestRequest, u16, &str)> = vec![
        (post().insert_header(json_type).set_payload("{\"amount\": 7}"), 200, ""),
        (post().insert_header(("content-type", "application/json; charset=utf-8")).set_payload("{\"amount\": 7}"), 200, ""),
        (post().set_payload("{\"amount\": 7}"), 415, "unsupported_media_type"),
        (post().insert_header(("content-type", "text/json")).set_payload("{\"amount\": 7}"), 415, "unsupported_media_type"),
        (
            post().insert_header(json_type).insert_header(("content-encoding", "gzip")).set_payload("x"),
            415,
            "unsupported_media_type",
        ),
        (post().insert_header(json_type).set_payload(""), 400, "invalid_json"),
        (post().insert_header(json_type).set_payload("{\"amount\": 7"), 400, "invalid_json"),
        (post().insert_header(json_type).set_payload("{\"amount\": 7} x"), 400, "invalid_json"),
        (post().insert_header(json_type).set_payload(&b"{\"amount\": \"\xff\"}"[..]), 400, "invalid_json"),
        (post().insert_header(json_type).set_payload("[".repeat(10_000)), 422, "invalid"),
        (post().insert_header(json_type).set_payload(format!("{{\"amount\":{}", "[".repeat(10_000))), 422, "invalid"),
        (post().insert_header(json_type).set_payload("{\"amount\": 7.0}"), 422, "invalid"),
        (post().insert_header(json_type).set_payload("{\"amount\": 1e2}"), 422, "invalid"),
        (post().insert_header(json_type).set_payload("{\"amount\": 9223372036854775808}"), 422, "invalid"),
        (post().insert_header(json_type).set_payload("{\"amount\": null}"), 422, "invalid"),
        (post().insert_header(json_type).set_payload("{\"amount\": 7, \"amonut\": 7}"), 422, "invalid"),
        (post().insert_header(json_type).set_payload("{}"), 422, "invalid"),
        (post().insert_header(json_type).set_payload(format!("{{\"amount\": 7{}}}", " ".repeat(65_536))), 413, "too_large"),
    ];
    for (place, (request, expected, code)) in cases.into_iter().enumerate() {
        let response = house.send(request).await;
        if expected == 200 {
            assert_eq!(response.status(), 200, "case {place}");
            continue;
        }
        let (status, body) = problem(response).await;
        assert_eq!((status, body["code"].as_str()), (expected, Some(code)), "case {place}: {body}");
    }
}

#[actix_web::test]
async fn a_key_does_its_work_once() {
    let house = House::open();
    let (_, token) = house.token(Role::Owner, Mode::Live);
    let post = |key: Option<&str>, amount: i64| {
        let request = TestRequest::post().uri("/test/once").insert_header((AUTHORIZATION, format!("Bearer {token}")));
        let request = request.set_json(json!({ "amount": amount }));
        match key {
            Some(key) => request.insert_header(("idempotency-key", key)),
            None => request,
        }
    };
    assert_eq!(problem(house.send(post(None, 1)).await).await.1["code"], "idempotency_key_missing");
    let first = house.send(post(Some("k1"), 1)).await;
    assert_eq!(first.status(), 201);
    let first = read_body(first).await;
    let again = house.send(post(Some("k1"), 1)).await;
    assert_eq!((again.status().as_u16(), again.headers().contains_key("idempotency-replayed")), (201, true));
    assert_eq!(read_body(again).await, first);
    assert_eq!(problem(house.send(post(Some("k1"), 2)).await).await.0, 422);
    assert_ne!(read_body(house.send(post(Some("k2"), 1)).await).await, first);
}
