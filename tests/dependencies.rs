//! Dependencies are what deny.toml allows. cargo-deny says more and says it better, but is a tool of its own to install; this
//! test needs nothing but cargo, so that no change lands with a licence or a source that nobody has looked at.

use std::{collections::BTreeSet, env, fs, process::Command};

use serde_json::Value;
use spdx::{Expression, ParseMode};

fn toml(path: &str) -> toml::Table {
    fs::read_to_string(path).expect("the file is there").parse().expect("the file is TOML")
}

fn strings(table: &toml::Table, section: &str, key: &str) -> BTreeSet<String> {
    let list = table[section][key].as_array().expect("a list");
    list.iter().map(|value| value.as_str().expect("a string").to_owned()).collect()
}

fn locked() -> Vec<toml::Value> {
    toml("Cargo.lock")["package"].as_array().expect("packages").clone()
}

#[test]
fn every_source_is_an_allowed_registry() {
    let allowed = strings(&toml("deny.toml"), "sources", "allow-registry");
    let others: Vec<String> = locked()
        .iter()
        .filter_map(|package| Some((&package["name"], package.get("source")?.as_str()?)))
        .filter(|(_, source)| !source.strip_prefix("registry+").is_some_and(|url| allowed.contains(url)))
        .map(|(name, source)| format!("{name} from {source}"))
        .collect();
    assert!(others.is_empty(), "{}", others.join("\n"));
}

#[test]
fn no_banned_package_is_locked() {
    let banned = strings(&toml("deny.toml"), "bans", "deny");
    let found: Vec<String> = locked()
        .iter()
        .filter_map(|package| package["name"].as_str().map(str::to_owned))
        .filter(|name| banned.contains(name))
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_licence_is_an_allowed_one() {
    let allowed = strings(&toml("deny.toml"), "licenses", "allow");
    let cargo = |args: &[&str]| {
        let output = Command::new(env!("CARGO")).args(args).output().expect("cargo runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    let host = String::from_utf8(cargo(&["-vV"])).expect("cargo writes UTF-8");
    let host = host.lines().find_map(|line| line.strip_prefix("host: ")).expect("cargo names its host");
    // Offline, only what this machine builds is at hand; what others build, cargo-deny sees.
    let metadata =
        cargo(&["metadata", "--format-version=1", "--locked", "--offline", "--filter-platform", host]);
    let metadata: Value = serde_json::from_slice(&metadata).expect("metadata are JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    assert!(packages.len() > 50, "only {} packages", packages.len());
    let is_allowed = |licence: &str| {
        Expression::parse_mode(licence, ParseMode::LAX).is_ok_and(|expression| {
            expression.evaluate(|required| required.license.id().is_some_and(|id| allowed.contains(id.name)))
        })
    };
    let others: Vec<String> = packages
        .iter()
        .filter(|package| !package["license"].as_str().is_some_and(is_allowed))
        .map(|package| format!("{}: {}", package["name"], package["license"]))
        .collect();
    assert!(others.is_empty(), "{}", others.join("\n"));
}
