//! The screen and the JSON.

use kefulint::report::{json, terminal};
use serde_json::Value;

use super::Bench;

#[test]
fn the_screen_says_what_may_follow() {
    let bench = Bench::new();
    let screen = terminal::Screen { width: 100, color: false, findings: 2 };
    insta::assert_snapshot!(
        bench.written(&bench.fixture(), |digest, out| terminal::write(digest, screen, out))
    );
}

#[test]
fn json_counts_each_agents_exposure() {
    let bench = Bench::new();
    let whole: Value =
        serde_json::from_str(&bench.written(&bench.fixture(), json::whole)).expect("it is JSON");
    let findings = |exposure: &Value| -> Vec<String> {
        let lines =
            ["consequences", "practices"].iter().flat_map(|part| exposure[part].as_array().expect("a list"));
        lines
            .map(|line| format!("{} {}", line["title"].as_str().expect("a title"), line["findings"]))
            .collect()
    };
    let agents = whole["agents"].as_array().expect("a list");
    let by_agent: Vec<(String, Vec<String>, u64)> = agents
        .iter()
        .map(|agent| {
            let points = agent["exposure"]["penalty"]["points"].as_u64().unwrap_or(0);
            (agent["agent_id"].to_string(), findings(&agent["exposure"]), points)
        })
        .collect();
    insta::assert_debug_snapshot!((by_agent, findings(&whole["exposure"])));
}
