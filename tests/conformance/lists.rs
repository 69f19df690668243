//! Where the lists lie.
#![cfg(test)]

use std::path::PathBuf;

/// Where a file lies; `None`, said plainly, when it is not there. With `CI=true` it must be.
pub(crate) fn path(name: &str) -> Option<PathBuf> {
    let chosen = std::env::var("HOUND_SHARED_DATA").ok().map(PathBuf::from);
    let folder = chosen.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"));
    let path = folder.join(name);
    match std::fs::metadata(&path) {
        Ok(_) => Some(path),
        Err(fault) => {
            let left_out =
                format!("{name} was LEFT OUT: {}: {fault}; set HOUND_SHARED_DATA to the folder of the lists", path.display());
            assert!(std::env::var("CI").as_deref() != Ok("true"), "{left_out}");
            eprintln!("{left_out}");
            None
        }
    }
}

/// The text of a list, if it is there.
pub(crate) fn read(name: &str) -> Option<String> {
    path(&format!("conformance/{name}")).map(|path| std::fs::read_to_string(path).expect("a list"))
}

/// What stands between `<name>` and `</name>` in each `<item>…</item>`; absent when there is none.
pub(crate) fn fields(xml: &str, item: &str, names: &[&str]) -> Vec<Vec<Option<String>>> {
    let between = |text: &str, name: &str| {
        let (_, rest) = text.split_once(&format!("<{name}>"))?;
        Some(unescape(rest.split_once(&format!("</{name}>"))?.0))
    };
    let end = format!("</{item}>");
    let mut parts: Vec<&str> = xml.split(&end).collect();
    // What follows the last item is none.
    parts.pop();
    parts.into_iter().map(|part| names.iter().map(|name| between(part, name)).collect()).collect()
}

/// The entities of XML.
fn unescape(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        let (name, later) = after.split_once(';').expect("an entity");
        plain.push_str(before);
        let number = name.strip_prefix('#').map(|digits| match digits.strip_prefix('x') {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => digits.parse(),
        });
        plain.push(match (name, number) {
            (_, Some(number)) => char::from_u32(number.expect("a number")).expect("a sign"),
            ("amp", _) => '&',
            ("lt", _) => '<',
            ("gt", _) => '>',
            ("quot", _) => '"',
            ("apos", _) => '\'',
            _ => panic!("&{name};"),
        });
        rest = later;
    }
    plain.push_str(rest);
    plain
}
