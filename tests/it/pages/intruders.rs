//! Who comes to the doors from another site, in a frame, or to be sent on elsewhere.
#![cfg(test)]

use super::visit::{PASSWORD, Visit, words};
use crate::app::{App, stories};

stories! {
    cookies_stay_with_this_host_and_out_of_scripts,
    forms_of_other_sites_change_nothing,
    nobody_shows_the_doors_in_a_frame,
    nobody_is_sent_on_to_another_house,
}

const EMAIL: &str = "bea@blumen.example";

/// The `Set-Cookie` of `name`, in lower case, in parts.
fn baked(visit: &mut Visit, name: &str) -> Vec<String> {
    let answer = visit.send("/sign-in", &[("email", EMAIL), ("password", PASSWORD)]);
    let cookies = answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().expect("text"));
    let ours: Vec<&str> = cookies.filter(|cookie| cookie.starts_with(&format!("{name}="))).collect();
    assert_eq!(ours.len(), 1, "{:?}", answer.headers);
    ours[0].split(';').skip(1).map(|part| part.trim().to_ascii_lowercase()).collect()
}

fn cookies_stay_with_this_host_and_out_of_scripts(app: &App) {
    Visit::owner(app);
    let has = |parts: &[String], part: &str| parts.iter().any(|known| known == part);
    let parts = baked(&mut Visit::new(app), "hound_desk");
    for part in ["httponly", "samesite=lax", "path=/", "max-age=1209600"] {
        assert!(has(&parts, part), "{part}: {parts:?}");
    }
    assert!(!has(&parts, "secure") && !parts.iter().any(|part| part.starts_with("domain")), "{parts:?}");
    // Over HTTPS the browser itself holds it to this host (RFC 6265bis §4.1.3.2).
    app.restart_with(&[("HOUND_BASE_URL", "https://refer.blumen.example")]);
    let mut visit = Visit::new(app);
    let parts = baked(&mut visit, "__Host-hound_desk");
    for part in ["httponly", "secure", "samesite=lax", "path=/"] {
        assert!(has(&parts, part), "{part}: {parts:?}");
    }
    assert!(!parts.iter().any(|part| part.starts_with("domain")), "{parts:?}");
    visit.get("/desk");
    assert!(visit.place.starts_with("/desk"));
    // What a neighbour under the same domain could set is not looked at.
    let token = visit.cookies.remove("__Host-hound_desk").expect("a session");
    visit.cookies.insert("hound_desk".to_owned(), token);
    visit.get("/desk");
    assert!(visit.place.starts_with("/sign-in"), "{}", visit.place);
}

fn forms_of_other_sites_change_nothing(app: &App) {
    let output = app.run(&["admin", "setup-link"]);
    let printed = String::from_utf8(output.stdout).expect("text");
    let setup = format!("/setup/{}", printed.split_once("/setup/").expect("a link").1.trim());
    let visitors = |visit: &Visit| {
        [
            visit.with("Sec-Fetch-Site", "cross-site"),
            visit.with("Sec-Fetch-Site", "same-site"),
            // The newer word counts, whatever the older says.
            visit.with("Sec-Fetch-Site", "cross-site").with("Origin", &app.base()),
            visit.with("Sec-Fetch-Site", "").with("Origin", "https://evil.example"),
            visit.with("Sec-Fetch-Site", "").with("Origin", &format!("{}.evil.example", app.base())),
            visit.with("Sec-Fetch-Site", "").with("Origin", "null"),
            visit.with("Sec-Fetch-Site", ""),
        ]
    };
    for mut visit in visitors(&Visit::new(app)) {
        for door in [setup.as_str(), "/setup/x", "/reset/x"] {
            assert_eq!(visit.send(door, &[("shop_name", "Evil")]).status, 403, "{door}");
        }
    }
    let owner = Visit::owner(app);
    let forms: [(&str, &[(&str, &str)]); 4] = [
        ("/sign-in", &[("email", EMAIL), ("password", PASSWORD)]),
        ("/sign-out", &[]),
        ("/language", &[("locale", "de")]),
        ("/desk/mode", &[("mode", "sandbox")]),
    ];
    for mut visit in visitors(&owner) {
        for (path, fields) in forms {
            let answer = visit.send(path, fields);
            assert_eq!((answer.status, answer.header("set-cookie")), (403, None), "{path}");
            assert!(words(&answer.text).contains("sent from another site"), "{path}: {}", words(&answer.text));
        }
        assert_eq!(visit.cookies, owner.cookies);
    }
    assert!(!words(&owner.clone().page("/desk")).contains("This is the sandbox"));
    // A browser that says only the origin is one of ours.
    let mut older = owner.with("Sec-Fetch-Site", "").with("Origin", &app.base());
    assert_eq!(older.send("/sign-out", &[]).status, 303);
}

fn nobody_shows_the_doors_in_a_frame(app: &App) {
    let mut visit = Visit::owner(app);
    for path in ["/sign-in", "/setup/x", "/reset/x", "/desk", "/desk/nowhere"] {
        let answer = visit.get(path);
        let policy = answer.header("content-security-policy").unwrap_or_else(|| panic!("{path} has no policy"));
        for rule in ["default-src 'none'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'"] {
            assert!(policy.contains(rule), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains('*'), "{path}: {policy}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("referrer-policy"), Some("same-origin"), "{path}");
        assert!([" style=", "<script>", " onclick="].iter().all(|inline| !answer.text.contains(inline)), "{path}");
    }
}

fn nobody_is_sent_on_to_another_house(app: &App) {
    Visit::owner(app);
    let others = [
        "//evil.example",
        "///evil.example",
        "////evil.example/%2e%2e",
        "/\\evil.example",
        "\\/evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/\r/evil.example",
        "\t//evil.example",
        " //evil.example",
        "https://evil.example",
        "https:evil.example",
        "https:/evil.example",
        "HTTPS://evil.example/desk",
        "http://127.0.0.1@evil.example",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "evil.example",
        "@evil.example",
        ".evil.example",
        "?to=//evil.example",
        "#//evil.example",
        "/desk\r\nSet-Cookie: hound_desk=x",
        "/desk\u{0}",
        "/\u{2028}/evil.example",
        "/\u{ff0f}evil.example",
        "\u{ff0f}\u{ff0f}evil.example",
    ];
    let sign_in = |to: &str| {
        let answer = Visit::new(app).send("/sign-in", &[("email", EMAIL), ("password", PASSWORD), ("to", to)]);
        assert_eq!(answer.status, 303, "{to:?}");
        answer.header("location").expect("a place").to_owned()
    };
    for to in others {
        assert_eq!(sign_in(to), "/desk", "{to:?}");
        let answer = Visit::new(app).send("/language", &[("locale", "en"), ("back", to)]);
        assert_eq!((answer.status, answer.header("location")), (303, Some("/desk")), "{to:?}");
    }
    // The door shows where it leads, which is not there either.
    let query: String = url::form_urlencoded::Serializer::new(String::new()).append_pair("to", "//evil.example").finish();
    assert!(Visit::new(app).page(&format!("/sign-in?{query}")).contains("name=\"to\" value=\"/desk\""));
    for to in ["/desk/sales?after=0190&state=held", "/portal", "/desk/a//b"] {
        assert_eq!(sign_in(to), to);
    }
    // Whoever is not signed in comes back to where he wanted.
    let mut visit = Visit::new(app);
    let page = visit.page("/desk/settings");
    assert_eq!(visit.place, "/sign-in?to=%2Fdesk%2Fsettings");
    assert!(page.contains("name=\"to\" value=\"/desk/settings\""), "{page}");
}
