//! The session with PostgreSQL: encrypted as its address asks, with nobody but the server it names.
#![cfg(test)]

use std::process::Output;

use houndplan::db::connect::Place;

use super::app::{App, Engine};
use super::fake_shop::until;

/// The authority that signed the certificate of `./test`'s server, and another one.
fn authority(name: &str) -> String {
    let folder = std::env::var("HOUND_TEST_POSTGRES_TLS").expect("HOUND_TEST_POSTGRES_TLS is not set: run ./test");
    format!("{folder}/{name}.pem")
}

/// The app's database with another `sslmode`; none leaves it open.
fn address(app: &App, mode: Option<&str>) -> String {
    let Place::Postgres { url, .. } = app.place() else { panic!("not on PostgreSQL") };
    let bare = url.split('?').next().expect("an address").to_owned();
    mode.map_or_else(|| bare.clone(), |mode| format!("{bare}?sslmode={mode}"))
}

/// Whether the sessions of the service are encrypted, each once.
fn encrypted(app: &App) -> Vec<String> {
    app.ask(
        "SELECT DISTINCT CAST(ssl AS TEXT) AS line FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
         WHERE datname = current_database() AND application_name = 'houndplan' AND pid <> pg_backend_pid()",
    )
}

#[test]
fn the_session_is_encrypted_as_the_address_asks() {
    let app = App::start(Engine::Postgres);
    let ca = authority("authority");
    for (mode, authority, expected) in [
        (Some("require"), ca.as_str(), "true"),
        (Some("verify-full"), ca.as_str(), "true"),
        // A server with a certificate of its own making is good enough where nothing is asked.
        (None, "", "true"),
        (Some("prefer"), "", "true"),
        (None, ca.as_str(), "true"),
        (Some("disable"), "", "false"),
    ] {
        app.restart_with(&[("HOUND_DATABASE_URL", &address(&app, mode)), ("HOUND_DATABASE_CA", authority)]);
        app.owner().get("/v1/program").is(200);
        // The sessions of the service before end with it, if not at once.
        until(&format!("{mode:?} {authority}"), || (encrypted(&app) == [expected]).then_some(()));
    }
    app.check();
}

#[test]
fn a_server_that_cannot_prove_its_name_is_refused_with_the_mend() {
    let app = App::start(Engine::Postgres);
    let tried = |mode: Option<&str>, authority: &str| -> Output {
        let mut hound = app.hound();
        hound.env("HOUND_DATABASE_URL", address(&app, mode)).env("HOUND_DATABASE_CA", authority);
        hound.arg("check").output().expect("hound runs")
    };
    let refused = |mode, authority: &str, words: &str| {
        let output = tried(mode, authority);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(words) && said.contains("HOUND_DATABASE_CA"), "{mode:?}: {said}");
    };
    refused(Some("require"), "", "name the file of the authority");
    refused(Some("require"), &authority("stranger"), "not signed by the authority");
    refused(None, &authority("stranger"), "not signed by the authority");
    refused(Some("require"), "/nowhere.pem", "cannot be read");
    refused(Some("require"), "/etc/hostname", "holds no certificate");
    assert!(tried(Some("require"), &authority("authority")).status.success());
}
