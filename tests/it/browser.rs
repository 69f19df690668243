//! A real Chromium, driven over a pipe (Chrome DevTools Protocol, `--remote-debugging-pipe`): messages are
//! JSON apart by NUL bytes on the child's descriptors 3 and 4, so no library is needed.
#![cfg(test)]

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant as Moment};

use serde_json::{Value, json};
use tempfile::TempDir;

/// What a visitor's browser calls itself; headless ones say so and are no visitors.
const VISITOR: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Safari/537.36";

/// Longer than any page here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// One browser with one tab and an empty profile; ended when dropped.
pub(crate) struct Browser {
    child: Child,
    commands: File,
    answers: BufReader<File>,
    session: Option<String>,
    next: u64,
    _profile: TempDir,
}

/// Where Chromium is: `HOUND_TEST_CHROMIUM`, else the first of its names in PATH.
fn program() -> String {
    let named = std::env::var("HOUND_TEST_CHROMIUM").ok();
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
    let found = |name: &&str| Command::new("which").arg(name).output().is_ok_and(|output| output.status.success());
    named
        .or_else(|| names.iter().find(|name| found(name)).map(|name| (*name).to_owned()))
        .expect("no Chromium: run ./test, which installs it, or set HOUND_TEST_CHROMIUM")
}

impl Browser {
    /// Starts a browser for which each of `hosts` (a name and where it really listens) exists.
    pub(crate) fn start(hosts: &[(&str, &str)]) -> Self {
        Self::start_as(hosts, Some(VISITOR))
    }

    /// The same under its own name, when `name` is none.
    pub(crate) fn start_as(hosts: &[(&str, &str)], name: Option<&str>) -> Self {
        let profile = tempfile::Builder::new().prefix("hound-browser").tempdir().expect("a folder");
        let pipe = |name: &str| {
            let path = profile.path().join(name);
            assert!(Command::new("mkfifo").arg(&path).status().expect("mkfifo").success());
            path
        };
        let (inward, outward) = (pipe("in"), pipe("out"));
        let rules: Vec<String> = hosts.iter().map(|(host, address)| format!("MAP {host} {address}")).collect();
        let child = Command::new("sh")
            .args(["-c", "inward=$1 outward=$2; shift 2; exec \"$@\" 3<\"$inward\" 4>\"$outward\"", "sh"])
            .args([&inward, &outward])
            .arg(program())
            .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"])
            .args(["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-proxy-server"])
            .args(["--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable", "--remote-debugging-pipe"])
            .args(name.map(|name| format!("--user-agent={name}")))
            .arg(format!("--host-resolver-rules={}", rules.join(", ")))
            .arg(format!("--user-data-dir={}", profile.path().join("profile").display()))
            .arg("about:blank")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(profile.path().join("log")).expect("a log"))
            .spawn()
            .expect("a browser");
        // In the order in which the shell opens them: each waits for the other side.
        let commands = OpenOptions::new().write(true).open(&inward).expect("a pipe");
        let answers = BufReader::new(File::open(&outward).expect("a pipe"));
        let mut this = Self { child, commands, answers, session: None, next: 0, _profile: profile };
        let tab = this.call("Target.createTarget", &json!({"url": "about:blank"}));
        let attached = this.call("Target.attachToTarget", &json!({"targetId": tab["targetId"], "flatten": true}));
        this.session = attached["sessionId"].as_str().map(str::to_owned);
        this.call("Page.enable", &json!({}));
        this
    }

    fn read(&mut self) -> Value {
        let mut message = Vec::new();
        self.answers.read_until(0, &mut message).expect("the browser's pipe");
        message.pop();
        serde_json::from_slice(&message).unwrap_or_else(|fault| panic!("the browser ended: {fault}"))
    }

    fn call(&mut self, method: &str, parameters: &Value) -> Value {
        self.next += 1;
        let id = self.next;
        let mut message = json!({"id": id, "method": method, "params": parameters});
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        self.commands.write_all(format!("{message}\0").as_bytes()).expect("the browser's pipe");
        loop {
            let answer = self.read();
            if answer["id"] == id {
                // A page that is left while it is asked answers nothing; whoever waits asks again.
                let left = method == "Runtime.evaluate" && answer["error"]["message"] == "Inspected target navigated or closed";
                assert!(left || answer["error"].is_null(), "{method} {parameters}: {answer:#}");
                return answer["result"].clone();
            }
        }
    }

    /// Opens an address and waits for its page, with its scripts, to be there.
    pub(crate) fn open(&mut self, address: &str) {
        let begun = self.call("Page.navigate", &json!({"url": address}));
        assert!(begun["errorText"].is_null(), "{address}: {begun:#}");
        self.wait_for(&format!("{address} to load"), "document.readyState === 'complete' && location.href !== 'about:blank'");
    }

    /// Waits until an expression is true on the page.
    pub(crate) fn wait_for(&mut self, what: &str, expression: &str) {
        let deadline = Moment::now() + PATIENCE;
        while self.ask(expression) != json!(true) {
            assert!(Moment::now() < deadline, "waited in vain for {what}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// What an expression is worth on the page.
    pub(crate) fn ask(&mut self, expression: &str) -> Value {
        let found = self.call("Runtime.evaluate", &json!({"expression": expression, "returnByValue": true}));
        // A page that is just being left has no context; whoever waits asks again.
        if found["exceptionDetails"].is_null() { found["result"]["value"].clone() } else { Value::Null }
    }

    /// Gives the browser a session: cookies by name for the host of `address`.
    pub(crate) fn carry<'a>(&mut self, address: &str, cookies: impl IntoIterator<Item = (&'a String, &'a String)>) {
        for (name, value) in cookies {
            self.call("Network.setCookie", &json!({"url": address, "name": name, "value": value}));
        }
    }

    /// Looks through a window of this size, as a phone or a desk has it, in light or dark.
    pub(crate) fn window(&mut self, width: u32, height: u32, dark: bool) {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600});
        self.call("Emulation.setDeviceMetricsOverride", &size);
        let scheme = if dark { "dark" } else { "light" };
        let features =
            json!([{"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": "reduce"}]);
        self.call("Emulation.setEmulatedMedia", &json!({"features": features}));
    }

    /// Turns the pages' own scripts on or off.
    pub(crate) fn scripts(&mut self, on: bool) {
        self.call("Emulation.setScriptExecutionDisabled", &json!({"value": !on}));
    }

    /// Notes on every page what its policy refused, in `window.refused`.
    pub(crate) fn note_refusals(&mut self) {
        let source = "window.refused = []; document.addEventListener('securitypolicyviolation', \
                      event => window.refused.push(event.violatedDirective + ' ' + event.blockedURI));";
        self.call("Page.addScriptToEvaluateOnNewDocument", &json!({"source": source}));
    }

    /// What a promise on the page comes to.
    pub(crate) fn wait_and_ask(&mut self, expression: &str) -> Value {
        let found =
            self.call("Runtime.evaluate", &json!({"expression": expression, "returnByValue": true, "awaitPromise": true}));
        assert!(found["exceptionDetails"].is_null(), "{found:#}");
        found["result"]["value"].clone()
    }

    /// The whole page as a PNG, in base64.
    pub(crate) fn picture(&mut self) -> String {
        let shot = self.call("Page.captureScreenshot", &json!({"format": "png", "captureBeyondViewport": true}));
        shot["data"].as_str().expect("a picture").to_owned()
    }

    /// Writes `text` into the field called `name`, as its reader would see it.
    pub(crate) fn fill(&mut self, name: &str, text: &str) {
        let place = json!(format!("[name={}]", json!(name)));
        let filled = format!(
            "(() => {{ const field = document.querySelector({place}); if (!field) return false; \
             if (field.type === 'checkbox' || field.type === 'radio') field.checked = true; else field.value = {}; \
             field.dispatchEvent(new Event('input', {{bubbles: true}})); return true; }})()",
            json!(text)
        );
        self.wait_for(&format!("a field {name}"), &filled);
    }

    /// Presses what `selector` finds and waits until another page, or the same one anew, is there.
    pub(crate) fn press(&mut self, selector: &str) {
        self.wait_for(selector, &format!("document.querySelector({}) !== null", json!(selector)));
        self.ask("window.before = true");
        self.ask(&format!("document.querySelector({}).click()", json!(selector)));
        self.wait_for(
            &format!("a page after {selector}"),
            "window.before !== true && document.readyState === 'complete' && location.href !== 'about:blank'",
        );
    }

    /// Every cookie of every host, as `(host, name, value)`.
    pub(crate) fn cookies(&mut self) -> Vec<Value> {
        self.call("Network.getAllCookies", &json!({}))["cookies"].as_array().expect("cookies").clone()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
