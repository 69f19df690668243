//! The newcomer's script: what README says under "First sale" is run as it stands there.
#![cfg(test)]

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

/// More than this is no first sale any more.
const COMMANDS_MAX: usize = 10;

#[test]
fn from_nothing_to_a_sale_its_letter_and_its_line_in_the_report_as_the_readme_says() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).expect("README.md");
    let (_, rest) = readme.split_once("## First sale").expect("the heading");
    let (_, rest) = rest.split_once("```sh\n").expect("a script");
    let (script, _) = rest.split_once("```").expect("its end");
    let commands = script.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).count();
    assert!(commands <= COMMANDS_MAX, "{commands} commands: {script}");

    let home = tempfile::tempdir().expect("a folder");
    let free = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = free.local_addr().expect("an address").port();
    drop(free);
    let program = Path::new(env!("CARGO_BIN_EXE_hound")).parent().expect("a folder").display().to_string();
    let path = format!("{program}:{}", std::env::var("PATH").expect("PATH"));
    // The service ends with the script; a wait without end would be a test that hangs.
    let script = format!("trap 'kill $!' EXIT\n{}", script.replace("localhost:8080", &format!("127.0.0.1:{port}")));
    let mut bash = Command::new("timeout");
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("HOUND_")) {
        bash.env_remove(name);
    }
    let output = bash
        .args(["60", "bash", "-euc", &script])
        .current_dir(home.path())
        .env("PATH", path)
        .env("HOUND_LISTEN", format!("127.0.0.1:{port}"))
        .output()
        .expect("bash");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    for words in ["/setup/", "\"code\":\"JOE\"", "\"kind\":\"attributed\"", "Subject: A friend bought", "EUR"] {
        assert!(said.contains(words) || String::from_utf8_lossy(&output.stderr).contains(words), "{words} is missing: {said}");
    }
    let earned = said.lines().find(|line| line.contains("Joe") && line.contains("1000"));
    assert!(earned.is_some(), "the report names Joe and his 10.00: {said}");
}
