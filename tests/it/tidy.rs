//! The house rules that no compiler knows, read from the source itself.
#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::contract;

const LINES_MAX: usize = 400;
const FUNCTION_LINES_MAX: usize = 70;

/// Files that are tables rather than text.
const TABLES: [&str; 1] = ["src/db/schema.rs"];

/// What each room may use of the house, besides itself. Never upward, never sideways between doors.
const ROOMS: [(&str, &[&str]); 20] = [
    ("domain", &[]),
    ("clock", &["domain"]),
    // Settings say where the ledger lives and how letters leave.
    ("config", &["db", "mail", "domain"]),
    ("telemetry", &["config", "domain"]),
    ("vault", &[]),
    ("passwords", &[]),
    ("tokens", &["domain", "vault"]),
    ("db", &["domain", "clock"]),
    ("mail", &["domain"]),
    ("outbound", &["domain"]),
    // The printing press: reports, statements and cheques are printed alike.
    ("print", &["domain"]),
    // The teller: payment files and what banks answer, as bytes.
    ("rails", &["domain", "print"]),
    // The reading desk: an import reads its file whole before it writes.
    ("files", &["domain"]),
    ("operations", &["db", "domain", "clock", "files", "vault"]),
    (
        "http",
        &[
            "files",
            "operations",
            "db",
            "domain",
            "clock",
            "mail",
            "print",
            "rails",
            "config",
            "telemetry",
            "tokens",
            "vault",
            "passwords",
        ],
    ),
    ("worker", &["operations", "db", "domain", "clock", "mail", "outbound", "rails", "config", "telemetry", "tokens", "vault"]),
    // `serve` and `demo` open the other two doors; that is all they do.
    (
        "cli",
        &[
            "files",
            "http",
            "worker",
            "operations",
            "db",
            "domain",
            "clock",
            "mail",
            "outbound",
            "print",
            "rails",
            "config",
            "telemetry",
            "tokens",
            "vault",
            "passwords",
        ],
    ),
    ("main", &["cli", "config", "telemetry"]),
    ("lib", &[]),
    ("bench", &[]),
];

/// Words that stand for a crate or a power, and the only places that may use them.
const RESERVED: [(&str, &[&str]); 11] = [
    ("diesel", &["src/db/"]),
    ("diesel_async", &["src/db/"]),
    ("tokio_postgres", &["src/db/"]),
    ("actix_web", &["src/http/"]),
    ("lettre", &["src/mail/"]),
    ("ureq", &["src/outbound/"]),
    ("SystemTime::now", &["src/clock.rs"]),
    ("Timestamp::now", &[]),
    ("Zoned::now", &[]),
    ("std::env", &["src/config.rs", "src/config/halt.rs", "src/main.rs"]),
    // Durations only; nothing that is stored comes from it.
    ("Instant::now", &["src/clock.rs", "src/telemetry.rs", "src/http/", "src/worker/", "src/db/writer", "src/mail/smtp.rs"]),
];

/// Names that say nothing.
const EMPTY_NAMES: [&str; 8] = ["util", "utils", "helper", "helpers", "common", "manager", "misc", "shared"];

#[test]
fn every_room_uses_only_the_rooms_below_it() {
    let allowed: BTreeMap<&str, &[&str]> = ROOMS.into_iter().collect();
    let mut faults = Vec::new();
    for file in rust_files("src") {
        let room = room_of(&file);
        let below = allowed.get(room.as_str()).unwrap_or_else(|| panic!("{}: a room without a rule", file.display()));
        for (number, line) in code_lines(&file) {
            for used in rooms_named(&line).into_iter().filter(|used| *used != room && allowed.contains_key(used.as_str())) {
                if !below.contains(&used.as_str()) {
                    faults.push(format!("{}:{number}: {room} must not use {used}", file.display()));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn powers_stay_in_their_rooms() {
    let mut faults = Vec::new();
    for file in rust_files("src") {
        let name = file.to_string_lossy().into_owned();
        for (number, line) in code_lines(&file) {
            for (word, places) in RESERVED {
                if has_word(&line, word) && !places.iter().any(|place| name.starts_with(place)) {
                    faults.push(format!("{name}:{number}: {word} belongs to {places:?}"));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn files_and_functions_are_short_and_names_say_something() {
    let mut faults = Vec::new();
    for file in ["src", "tests", "benches"].into_iter().flat_map(rust_files) {
        let name = file.to_string_lossy().into_owned();
        let text = fs::read_to_string(&file).expect("source");
        let lines: Vec<&str> = text.lines().take_while(|line| *line != "#[cfg(test)]").collect();
        if lines.len() > LINES_MAX && !TABLES.contains(&name.as_str()) {
            faults.push(format!("{name}: {} lines, at most {LINES_MAX}", lines.len()));
        }
        for (function, length) in functions(&text) {
            if length > FUNCTION_LINES_MAX {
                faults.push(format!("{name}: {function} has {length} lines, at most {FUNCTION_LINES_MAX}"));
            }
        }
        let words: BTreeSet<&str> = name.split(['/', '_', '.']).collect();
        faults.extend(
            EMPTY_NAMES.iter().filter(|empty| words.contains(*empty)).map(|empty| format!("{name}: {empty} says nothing")),
        );
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_route_of_the_service_stands_in_the_contract() {
    let known: BTreeSet<String> = contract::operations().into_iter().map(|operation| shape(&operation.path)).collect();
    let mut faults = Vec::new();
    for file in rust_files("src/http") {
        for (number, line) in code_lines(&file) {
            let literals = line.split('"').skip(1).step_by(2);
            for route in literals.filter(|text| ["/v1/", "/r/", "/u/", "/health/"].iter().any(|start| text.starts_with(start))) {
                // A text that goes on is a link or a sentence, not a route.
                if line.contains("format!") || route.contains(' ') || route.ends_with('/') || known.contains(&shape(route)) {
                    continue;
                }
                faults.push(format!("{}:{number}: {route} is not in openapi.yaml", file.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_event_that_is_noted_can_be_wished_for() {
    let mut noted = BTreeSet::new();
    for file in rust_files("src/operations") {
        let lines: Vec<(usize, String)> = code_lines(&file);
        // The kind stands on the line of `kind:` or of the verb that chooses it; audit actions are given to `audit(`.
        let kinds = lines.iter().filter(|(_, line)| !line.contains("audit("));
        for literal in kinds.flat_map(|(_, line)| line.split('"').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>()) {
            let (noun, verb) = literal.split_once('.').unwrap_or_default();
            let named = |text: &str| !text.is_empty() && text.chars().all(|sign| sign.is_ascii_lowercase() || sign == '_');
            // Events say what has happened, so their verbs end in d or are named here.
            let past = (verb.ends_with('d') && verb != "add") || verb == "store_credit";
            if named(noun) && named(verb) && past && !file.starts_with("src/operations/check_ledger") {
                noted.insert(literal);
            }
        }
    }
    let known: BTreeSet<String> = houndplan::domain::webhook::KINDS.into_iter().map(str::to_owned).collect();
    assert_eq!(noted, known, "domain::webhook::KINDS must name what operations note, and nothing else");
}

/// `/v1/sales/{id}` and `/v1/sales/{sale}` are one shape.
fn shape(path: &str) -> String {
    path.split('/').map(|segment| if segment.starts_with('{') { "{}" } else { segment }).collect::<Vec<_>>().join("/")
}

fn room_of(file: &Path) -> String {
    let name = file.iter().nth(1).expect("a file inside src").to_string_lossy();
    let room = name.trim_end_matches(".rs");
    room.trim_end_matches("_tests").to_owned()
}

/// The rooms that a line names, as `crate::room` or `houndplan::room`, also inside braces.
fn rooms_named(line: &str) -> Vec<String> {
    let of = |root: &str| {
        let after = |(place, _): (usize, &str)| {
            let rest = &line[place + root.len()..];
            let list = rest.strip_prefix('{').map_or_else(|| vec![rest], |inner| inner.split(',').collect());
            let first =
                |text: &str| text.trim().chars().take_while(|sign| sign.is_alphanumeric() || *sign == '_').collect::<String>();
            list.into_iter().map(first).collect::<Vec<_>>()
        };
        line.match_indices(root).flat_map(after).collect::<Vec<_>>()
    };
    [of("crate::"), of("houndplan::")].concat()
}

fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(place, _)| {
        let before = line[..place].chars().next_back();
        let after = line[place + word.len()..].chars().next();
        let part = |sign: Option<char>| sign.is_some_and(|sign| sign.is_alphanumeric() || sign == '_');
        !part(before) && !part(after)
    })
}

/// Lines that are not comments and stand before the file's own tests, numbered from 1.
fn code_lines(file: &Path) -> Vec<(usize, String)> {
    let text = fs::read_to_string(file).expect("source");
    if text.lines().any(|line| line == "#![cfg(test)]") || file.to_string_lossy().ends_with("_tests.rs") {
        return Vec::new();
    }
    let code = text.lines().take_while(|line| *line != "#[cfg(test)]").enumerate();
    let spoken = code.filter(|(_, line)| !line.trim_start().starts_with("//"));
    spoken.map(|(place, line)| (place + 1, line.split(" // ").next().unwrap_or_default().to_owned())).collect()
}

/// Each function with its length; rustfmt puts its end at the indentation of its beginning.
fn functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let bare = line.trim_start();
        let head = bare.trim_start_matches("pub ").trim_start_matches("pub(crate) ").trim_start_matches("pub(super) ");
        let head = head.trim_start_matches("const ").trim_start_matches("async ");
        let Some(rest) = head.strip_prefix("fn ") else { continue };
        let end = format!("{}}}", &line[..line.len() - bare.len()]);
        if line.ends_with('}') || line.ends_with(';') {
            continue;
        }
        let length = lines[start..].iter().position(|later| *later == end).map_or(0, |place| place + 1);
        found.push((rest.split(['(', '<']).next().unwrap_or_default().to_owned(), length));
    }
    found
}

fn rust_files(folder: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut open = vec![PathBuf::from(folder)];
    while let Some(folder) = open.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}
