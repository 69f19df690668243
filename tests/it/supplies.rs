//! What the program is built from: licences that fit ours, and no crate twice without a reason.
#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// Licences that may go into a program under MIT OR Apache-2.0.
const LICENCES: [&str; 14] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Crates that are there in several versions, and why we bear it.
const DUPLICATES: [(&[&str], &str); 10] = [
    (&["base64"], "jsonwebtoken and postgres-protocol are one minor version behind lettre"),
    (
        &["block-buffer", "const-oid", "cpufeatures", "crypto-common", "digest", "hmac", "sha2"],
        "RustCrypto changes generation: ed25519-dalek and jsonwebtoken stand before it, postgres-protocol after it",
    ),
    (&["cookie", "http"], "actix-web has http 0.2; the test client ureq has http 1"),
    (
        &["getrandom", "rand", "rand_chacha", "rand_core", "r-efi"],
        "each signature, uuid and decimal crate brings the rand of its year",
    ),
    (&["lock_api", "parking_lot", "parking_lot_core", "redox_syscall"], "r2d2's thread pool is ahead of r2d2 itself"),
    (&["miniz_oxide"], "png is one version behind flate2"),
    (&["syn"], "derive crates are moving from 2 to 3; at build time only"),
    (&["toml_datetime", "winnow"], "diesel_migrations reads its settings with an older toml; at build time only"),
    (&["wasi"], "not built on any platform we support"),
    (&["windows-sys"], "ring's is older; Windows only"),
];

fn packages() -> Vec<Value> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let arguments = ["metadata", "--format-version=1", "--locked", "--offline"];
    let output = Command::new(cargo).args(arguments).output().expect("cargo metadata");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    metadata["packages"].as_array().expect("packages").clone()
}

/// Whether one of the alternatives of an SPDX expression is allowed throughout.
fn allowed(expression: &str) -> bool {
    let expression = expression.replace('/', " OR ");
    match split_outside(&expression, " OR ") {
        parts if parts.len() > 1 => return parts.iter().any(|part| allowed(part)),
        _ => {}
    }
    match split_outside(&expression, " AND ") {
        parts if parts.len() > 1 => return parts.iter().all(|part| allowed(part)),
        _ => {}
    }
    let bare = expression.trim();
    match bare.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
        Some(inner) => allowed(inner),
        None => LICENCES.contains(&bare),
    }
}

/// Splits at `separator` where no parenthesis is open.
fn split_outside<'a>(text: &'a str, separator: &str) -> Vec<&'a str> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (place, _) in text.match_indices(separator) {
        let before = &text[start..place];
        if before.matches('(').count() == before.matches(')').count() {
            parts.push(before);
            start = place + separator.len();
        }
    }
    parts.push(&text[start..]);
    parts
}

#[test]
fn every_licence_fits_ours() {
    let refused: Vec<String> = packages()
        .iter()
        .filter(|package| !allowed(package["license"].as_str().unwrap_or("none")))
        .map(|package| format!("{} {}: {}", package["name"], package["version"], package["license"]))
        .collect();
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    assert!(allowed("MIT OR (GPL-3.0 AND MIT)") && !allowed("MIT AND GPL-3.0") && allowed("(MIT OR X) AND Unicode-3.0"));
}

#[test]
fn no_crate_is_there_twice_without_a_reason() {
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in packages() {
        let text = |field: &str| package[field].as_str().unwrap_or_default().to_owned();
        versions.entry(text("name")).or_default().insert(text("version"));
    }
    let twice: BTreeMap<_, _> = versions.into_iter().filter(|(_, versions)| versions.len() > 1).collect();
    let known: BTreeSet<&str> = DUPLICATES.iter().flat_map(|(names, _)| names.iter().copied()).collect();
    let new: Vec<_> = twice.iter().filter(|(name, _)| !known.contains(name.as_str())).collect();
    assert!(new.is_empty(), "{new:#?}");
    let gone: Vec<_> = known.iter().filter(|name| !twice.contains_key(**name)).collect();
    assert!(gone.is_empty(), "no longer there twice, strike them from the list: {gone:?}");
}
