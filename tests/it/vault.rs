//! What stands sealed in the ledger, and the keys it is sealed with.
#![cfg(test)]

use std::fs;

use serde_json::json;

use super::app::{App, stories};
use super::shop::{enrol, id_of};

stories! {
    everything_is_sealed_again_with_a_new_key_while_the_service_runs,
    a_rotation_that_was_interrupted_is_gone_on_with,
}

/// Every sealed text of the live ledger.
fn sealed(app: &App) -> Vec<String> {
    app.ask(
        "SELECT details AS line FROM payout_methods UNION ALL SELECT secret FROM connections
         UNION ALL SELECT api_key FROM connections WHERE api_key IS NOT NULL
         UNION ALL SELECT secret_before FROM connections WHERE secret_before IS NOT NULL
         UNION ALL SELECT secret FROM webhook_endpoints
         UNION ALL SELECT old_secret FROM webhook_endpoints WHERE old_secret IS NOT NULL
         UNION ALL SELECT client_secret FROM payout_providers",
    )
}

fn key_of(text: &str) -> String {
    text.split(':').nth(1).expect("the name of a key").to_owned()
}

fn fill(app: &App) -> String {
    let owner = app.owner();
    let joe = enrol(&owner, "joe@example.com", "JOE");
    let path = format!("/v1/referrers/{joe}/payout-method");
    owner.put(&path, &json!({"rail": "paypal", "email": "joe@example.com"})).is(201);
    let shop =
        json!({"kind": "shopify", "secret": "shpss_secret", "api": {"url": "https://joe.myshopify.com", "key": "shpat_key"}});
    let shop = owner.post("/v1/connections", &shop).is(201);
    let path_of_shop = format!("/v1/connections/{}", shop["id"].as_str().expect("an id"));
    owner.patch(&path_of_shop, &json!({"secret": "shpss_another"})).is(200);
    let hooks = json!({"url": "https://crm.example.com/hooks", "events": ["customer.merged"]});
    let hooks = owner.post("/v1/webhook-endpoints", &hooks).is(201);
    owner.post(&format!("/v1/webhook-endpoints/{}/rotate-secret", id_of(&hooks)), &json!({})).is(200);
    owner.put("/v1/payout-providers/paypal", &json!({"client_id": "us", "client_secret": "EO-secret"})).is(200);
    path
}

fn rotate(app: &App) -> String {
    let output = app.run(&["keys", "rotate"]);
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert!(output.status.success(), "{said}");
    said
}

fn everything_is_sealed_again_with_a_new_key_while_the_service_runs(app: &App) {
    let path = fill(app);
    let before = sealed(app);
    assert_eq!(before.len(), 7);
    let said = rotate(app);
    assert!(said.contains("sealed again: 7"), "{said}");
    let after = sealed(app);
    let names: std::collections::BTreeSet<String> = after.iter().map(|text| key_of(text)).collect();
    assert_eq!(names.len(), 1, "{after:?}");
    assert!(!before.iter().any(|text| names.contains(&key_of(text))));
    // The service that was running opens what is there, and seals with the new key.
    let details = json!({"rail": "paypal", "email": "joe@example.com"});
    let same = app.owner().put(&path, &details).is(200);
    assert_eq!(same["payable_from"], same["created_at"], "what it opened was the same");
    app.owner().put(&path, &json!({"rail": "store_credit"})).is(200);
    assert!(sealed(app).iter().all(|text| names.contains(&key_of(text))));
    // Again, and after a restart.
    rotate(app);
    assert!(!sealed(app).iter().any(|text| names.contains(&key_of(text))));
    app.kill_and_restart();
    app.owner().put(&path, &json!({"rail": "store_credit"})).is(200);
    assert_eq!(fs::read_to_string(app.data.path().join("vault.key")).expect("keys").lines().count(), 1);
}

fn a_rotation_that_was_interrupted_is_gone_on_with(app: &App) {
    fill(app);
    // As it is left by a process that died when it had made its key: nothing is sealed with it yet.
    let key = "ab".repeat(32);
    fs::write(app.data.path().join("vault.rotating"), &key).expect("a marker");
    let said = rotate(app);
    assert!(said.contains("going on") && said.contains("sealed again: 7"), "{said}");
    assert_eq!(fs::read_to_string(app.data.path().join("vault.key")).expect("keys").trim(), key);
    assert!(!app.data.path().join("vault.rotating").exists());
}
