//! Robots and visitors as other people's lists name them.
#![cfg(test)]

use houndplan::domain::robot::is_robot;
use serde_json::Value;

use super::lists;

/// Of the robots, at least so many of a hundred are known. The rest are dressed as browsers without a
/// sign, or are people in an app's own browser, whom the list counts as robots.
const KNOWN_MIN: usize = 97;

#[test]
fn robots_are_known_and_visitors_pass() {
    let read = |name: &str| lists::read(&format!("user-agents/{name}"));
    let Some(robots) = read("crawler-user-agents.json") else { return };
    let robots: Vec<Value> = serde_json::from_str(&robots).expect("JSON");
    let robots: Vec<&str> = robots
        .iter()
        .flat_map(|robot| robot["instances"].as_array().expect("instances").iter().map(|one| one.as_str().expect("text")))
        .collect();
    let known = robots.iter().filter(|robot| is_robot(robot.as_bytes())).count();
    eprintln!("{known} of {} robots are known", robots.len());
    assert!(robots.len() > 2_000 && known * 100 >= robots.len() * KNOWN_MIN, "{known} of {}", robots.len());
    for list in ["top_user_agents_desktop.json", "top_user_agents_mobile.json", "top_user_agents_index.json"] {
        let visitors: Vec<String> = serde_json::from_str(&read(list).expect(list)).expect("JSON");
        let turned_away: Vec<&String> = visitors.iter().filter(|visitor| is_robot(visitor.as_bytes())).collect();
        assert!(!visitors.is_empty() && turned_away.is_empty(), "{list}: {turned_away:#?}");
    }
}
