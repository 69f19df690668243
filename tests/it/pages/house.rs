//! A house in which something of everything has happened, and every page of it.

use std::collections::BTreeMap;

use serde_json::json;

use super::visit::Visit;
use crate::app::App;
use crate::shop::{id_of, order, sell};

/// A furnished house, seen by its owner and by one of its referrers.
pub(crate) struct Furnished {
    pub(crate) base: String,
    /// Both sessions.
    pub(crate) cookies: BTreeMap<String, String>,
    /// Every page that can be looked at.
    pub(crate) paths: Vec<String>,
}

/// Pages without a name in their address.
const PAGES: [&str; 41] = [
    "/desk",
    "/desk/decide",
    "/desk/sales",
    "/desk/sales/new",
    "/desk/referrers",
    "/desk/referrers/invite",
    "/desk/customers",
    "/desk/import",
    "/desk/payouts",
    "/desk/payouts/new",
    "/desk/payouts/blocked",
    "/desk/payouts/batches",
    "/desk/payouts/payer",
    "/desk/reports",
    "/desk/settings",
    "/desk/settings/terms",
    "/desk/settings/tiers",
    "/desk/settings/letters",
    "/desk/settings/look",
    "/desk/settings/connections",
    "/desk/settings/tokens",
    "/desk/settings/webhooks",
    "/desk/settings/team",
    "/desk/settings/audit",
    "/desk/settings/backup",
    "/desk/settings/installation",
    "/desk/settings/me",
    "/desk/settings/payer",
    "/desk/settings/letters/sale_credited",
    "/sign-in",
    "/join",
    "/portal/sign-in",
    "/docs",
    "/docs/sales",
    "/docs/log",
    "/portal",
    "/portal/sales",
    "/portal/claims",
    "/portal/payout",
    "/portal/statements",
    "/portal/settings",
];

/// Furnishes `app` with people of ordinary names.
pub(crate) fn furnish(app: &App) -> Furnished {
    furnish_with(app, |place| place.to_owned())
}

/// The same, where every free text is what `name` makes of an ordinary one.
pub(crate) fn furnish_with(app: &App, mut name: impl FnMut(&str) -> String) -> Furnished {
    let owner = app.owner();
    let mut desk = Visit::owner(app);
    // Money is due at once, and nobody waits for a letter's hour.
    let program = json!({"shop_name": name("Blumen Bea"), "hold_days": 0, "payout_minimum": {"EUR": 1}, "fraud": {"referrer_orders_max": 0}});
    owner.patch("/v1/program", &program).is(200);
    let anna = json!({"customer": {"email": "anna@friends.example", "name": name("Anna"), "metadata": {"note": name("likes tulips")}}, "code": "ANNA"});
    let referrer = id_of(&owner.post("/v1/referrers", &anna).is(201));
    let mut sale = order("A-1", 4_000, "bert@friends.example", "ANNA");
    sale["customer"]["name"] = json!(name("Bert"));
    sale["lines"] = json!([{"sku": name("tulips"), "category": name("cut flowers"), "quantity": 2, "unit_price": 2_000}]);
    sale.as_object_mut().expect("an order").remove("subtotal");
    sale["metadata"] = json!({"gift": name("yes")});
    let sold = id_of(&sell(&owner, &sale));
    owner.post("/v1/refunds", &json!({"order_id": "A-1", "refund_id": "R-1", "amount": 1_000})).is(201);
    let mut unmatched = order("A-2", 5_000, "cora@friends.example", "NOSUCH");
    unmatched.as_object_mut().expect("an order").remove("code");
    unmatched["order_id"] = json!(name("A-2"));
    unmatched["referred_by"] = json!({"name": name("the tall one")});
    let held = id_of(&sell(&owner, &unmatched));
    let claim = json!({"friend_name": name("Dora"), "bought_on": "2026-11-20"});
    app.referrer(&referrer).post("/v1/claims", &claim).is(201);
    owner
        .post("/v1/connections", &json!({"kind": "woocommerce", "source": "shop", "name": name("Shop"), "currency": "EUR"}))
        .is(201);
    let customer =
        owner.get("/v1/customers?email=bert%40friends.example").is(200)["data"][0]["id"].as_str().expect("Bert").to_owned();
    let batch = id_of(&owner.post_once("/v1/payout-batches", &json!({})).is(201));
    let mut paths = PAGES.map(str::to_owned).to_vec();
    paths.extend([
        format!("/desk/sales/{sold}"),
        format!("/desk/sales/{held}"),
        format!("/desk/referrers/{referrer}"),
        format!("/desk/referrers/{referrer}/sheet"),
        format!("/desk/customers/{customer}"),
        format!("/desk/customers/{customer}/erase"),
        format!("/desk/payouts/batches/{batch}"),
    ]);
    // The referrer comes by a link from the shop's own account page, in the same browser.
    let link = owner.order(&format!("/v1/referrers/{referrer}/portal-links")).is(201);
    let (_, token) = link["url"].as_str().and_then(|url| url.split_once("/portal/l/")).expect("a link");
    desk.page(&format!("/portal/l/{token}"));
    Furnished { base: app.base(), cookies: desk.cookies, paths }
}
