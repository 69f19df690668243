//! Links, as visitors and guessers meet them.

use std::sync::Arc;

use actix_web::dev::ServiceResponse;
use actix_web::http::Method;
use actix_web::http::header::{HeaderValue, USER_AGENT};
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, init_service, try_call_service};
use actix_web::{App as ActixApp, HttpMessage, web};

use super::app::App;
use super::{observe, server};
use crate::clock::Clock;
use crate::db::connect::Place;
use crate::db::customers::Customer;
use crate::db::referrers::{CodeRow, Referrer};
use crate::db::types::Json;
use crate::db::{DbResult, Tx, clicks, customers, referrers, terms};
use crate::domain::click::click_named_by;
use crate::domain::code::Code;
use crate::domain::id::ReferrerId;
use crate::domain::instant::Instant;
use crate::domain::program::{Terms, TermsVersion};
use crate::domain::referrer::{CodeStatus, ReferrerStatus};
use crate::operations::books::Books;
use crate::tokens::Keyring;

/// A shop on the web with the codes JOE and, retired, OLD.
fn furnish(tx: &mut Tx<'_>, now: Instant) -> DbResult<()> {
    let program = terms::program(tx)?.expect("a program");
    let body = Terms { shop_url: Some("https://shop.example/?a=1".to_owned()), ..Terms::default() };
    terms::insert_version(tx, program.id, &TermsVersion { version: 2, valid_from: now, terms: body }, "test")?;
    let customer = Customer::new(now);
    customers::insert(tx, &customer)?;
    let referrer = Referrer {
        id: ReferrerId::new(now),
        program_id: program.id,
        customer_id: customer.id,
        status: ReferrerStatus::Active,
        metadata: Json(Default::default()),
        created_at: now,
        erased_at: None,
    };
    referrers::insert(tx, &referrer)?;
    for (word, status) in [("JOE", CodeStatus::Active), ("OLD", CodeStatus::Retired)] {
        let code = CodeRow::new(&Code::fold(word).expect("a code"), referrer.id, now);
        referrers::insert_code(tx, &CodeRow { status, ..code })?;
    }
    Ok(())
}

/// What a visitor's browser calls itself.
const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Safari/537.36";

async fn send(app: &web::Data<App>, request: TestRequest) -> ServiceResponse {
    let app = ActixApp::new().app_data(app.clone()).wrap(from_fn(observe::observe)).configure(server::routes);
    let service = init_service(app).await;
    let mut request = request.to_request();
    if !request.headers().contains_key(USER_AGENT) {
        request.headers_mut().insert(USER_AGENT, HeaderValue::from_static(BROWSER));
    }
    try_call_service(&service, request).await.expect("an answer").map_into_boxed_body()
}

fn header(response: &ServiceResponse, name: &str) -> Option<String> {
    response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

#[test]
fn a_link_leads_to_the_shop_with_the_clicks_name() {
    let dir = tempfile::tempdir().expect("a directory");
    let place = |name: &str| Place::Sqlite(dir.path().join(name));
    let books = Arc::new(Books::open(place("hound.db"), place("sandbox.db"), Clock::wall()).expect("ledgers"));
    books.live.writer.write_blocking(furnish).expect("a shop");
    let keys = Keyring::load_or_create(&dir.path().join("signing.key")).expect("a key");
    let app = web::Data::new(App::new(Arc::clone(&books), keys, "https://refer.example/go".to_owned(), None, false));
    actix_web::rt::System::new().block_on(async {
        let response = send(&app, TestRequest::get().uri("/r/joe")).await;
        assert_eq!(response.status(), 302);
        let location = header(&response, "location").expect("a location");
        let (before, name) = location.rsplit_once("&ref=").expect("a click");
        let utm = format!("utm_source=houndplan&utm_medium=referral&utm_campaign=JOE&utm_content={name}");
        assert_eq!(before, format!("https://shop.example/?a=1&{utm}"));
        let click = click_named_by(name).expect("a click");
        let cookie = header(&response, "set-cookie").expect("a cookie");
        for part in ["hound_visitor=", "HttpOnly", "SameSite=Lax", "Path=/", "Secure", "Max-Age=7776000"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        let book = Arc::clone(&books.live);
        let stored = web::block(move || book.readers.read(move |conn| clicks::find_all(conn, &[click]))).await;
        let first = stored.expect("a thread").expect("a read").pop().expect("the click, committed before the answer");

        // The cookie is kept; a made-up one is not believed.
        let value = cookie.split(';').next().expect("a pair").to_owned();
        let again = send(&app, TestRequest::get().uri("/r/J0E").insert_header(("cookie", value.clone()))).await;
        assert!(header(&again, "set-cookie").is_some_and(|cookie| cookie.starts_with(&value)));
        assert_eq!(value, format!("hound_visitor={}", first.visitor.uuid().simple()));
        let forged = send(&app, TestRequest::get().uri("/r/joe").insert_header(("cookie", "hound_visitor=admin"))).await;
        assert!(header(&forged, "set-cookie").is_some_and(|cookie| !cookie.contains("admin")));

        for request in [
            TestRequest::default().method(Method::HEAD).uri("/r/JOE"),
            TestRequest::get().uri("/r/JOE").insert_header(("sec-purpose", "prefetch;prerender")),
            TestRequest::get().uri("/r/JOE").insert_header(("purpose", "prefetch")),
            TestRequest::get().uri("/r/JOE").insert_header(("x-moz", "prefetch")),
            TestRequest::get().uri("/r/JOE").insert_header(("user-agent", "WhatsApp/2.23.20.0 A")),
            TestRequest::get().uri("/r/JOE").insert_header(("user-agent", "Mozilla/5.0 (compatible; Googlebot/2.1)")),
            TestRequest::get().uri("/r/JOE").insert_header(("user-agent", "")),
        ] {
            let response = send(&app, request).await;
            assert_eq!(header(&response, "location").as_deref(), Some("https://shop.example/?a=1"));
            assert_eq!(header(&response, "set-cookie"), None);
        }
        for (query, place) in [
            ("?to=/tea%3Fsize=2", "https://shop.example/tea?size=2&utm_"),
            ("?to=%2Ftee%2F%C3%BCbersicht", "https://shop.example/tee/%C3%BCbersicht?utm_"),
            ("?to=//evil.example/", "https://shop.example/?a=1&utm_"),
            ("?to=https://evil.example/", "https://shop.example/?a=1&utm_"),
            ("?to=/%0d%0aSet-Cookie:x", "https://shop.example/?a=1&utm_"),
            ("?to=", "https://shop.example/?a=1&utm_"),
        ] {
            let response = send(&app, TestRequest::get().uri(&format!("/r/JOE{query}"))).await;
            let location = header(&response, "location").expect("a location");
            assert!(location.starts_with(place), "{query}: {location}");
        }
        assert_eq!(app.clicks_shed.load(std::sync::atomic::Ordering::Relaxed), 0);
        assert_eq!(app.clicks_missed.load(std::sync::atomic::Ordering::Relaxed), 0);
    });
}

#[test]
fn guessing_codes_tells_nothing() {
    let dir = tempfile::tempdir().expect("a directory");
    let place = |name: &str| Place::Sqlite(dir.path().join(name));
    let books = Arc::new(Books::open(place("hound.db"), place("sandbox.db"), Clock::wall()).expect("ledgers"));
    books.live.writer.write_blocking(furnish).expect("a shop");
    let keys = Keyring::load_or_create(&dir.path().join("signing.key")).expect("a key");
    let app = web::Data::new(App::new(books, keys, "https://refer.example".to_owned(), None, false));
    actix_web::rt::System::new().block_on(async {
        let mut pages = Vec::new();
        for path in
            ["/r/OLD", "/r/NOBODY", "/r/%00", "/r/a%0d%0aSet-Cookie:x", "/r/..%2f", "/r/%2F%2Fevil.example", "/r/JOE?sandbox=1"]
        {
            let response = send(&app, TestRequest::get().uri(path)).await;
            assert_eq!((response.status().as_u16(), header(&response, "set-cookie")), (404, None), "{path}");
            pages.push(actix_web::test::read_body(response).await);
        }
        assert!(pages.windows(2).all(|pair| pair[0] == pair[1]));
    });
}
