//! Somebody with a browser that knows no JavaScript: keeps cookies, follows redirects, sends forms as browsers do.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::app::App;
use crate::client::{Answer, Client};

/// The password that everybody has here.
pub(crate) const PASSWORD: &str = "a dog named Kuno";

/// More redirects than any page of ours makes.
const REDIRECTS_MAX: usize = 5;

/// A visitor. His answers are pages.
#[derive(Debug, Clone)]
pub(crate) struct Visit {
    base: String,
    /// By name; what a `Set-Cookie` with `Max-Age=0` ends is gone.
    pub(crate) cookies: BTreeMap<String, String>,
    headers: Vec<(String, String)>,
    /// Where the last page stands, with its query.
    pub(crate) place: String,
}

impl Visit {
    pub(crate) fn new(app: &App) -> Self {
        let (cookies, headers) = (BTreeMap::new(), vec![("Accept-Language".to_owned(), "en".to_owned())]);
        Self { base: app.base(), cookies, headers, place: "/".to_owned() }
    }

    /// The owner at the desk, after the first run if nobody was there before.
    pub(crate) fn owner(app: &App) -> Self {
        let mut visit = Self::new(app);
        let output = app.run(&["admin", "setup-link"]);
        if output.status.success() {
            let printed = String::from_utf8(output.stdout).expect("text");
            let (_, link) = printed.split_once("/setup/").unwrap_or_else(|| panic!("no link: {printed}"));
            let secret = link.split_whitespace().next().expect("a secret");
            let answers = [
                ("shop_name", "Blumen Bea"),
                ("shop_url", "https://blumen.example"),
                ("currency", "EUR"),
                ("timezone", "Europe/Berlin"),
                ("locale", "en"),
                ("percent", "10"),
                ("payout_minimum", "25"),
                ("name", "Bea"),
                ("email", "bea@blumen.example"),
                ("password", PASSWORD),
            ];
            let set_up = visit.submit(&format!("/setup/{secret}"), &answers);
            assert_eq!(set_up.status, 200, "{}", set_up.text);
        } else {
            visit.sign_in("bea@blumen.example");
        }
        assert!(visit.place.starts_with("/desk"), "{}", visit.place);
        visit
    }

    pub(crate) fn sign_in(&mut self, email: &str) {
        let page = self.submit("/sign-in", &[("email", email), ("password", PASSWORD)]);
        assert_eq!(page.status, 200, "{}", page.text);
    }

    /// The same visitor, whose requests have one header more (or another of that name).
    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let mut same = self.clone();
        same.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        same.headers.push((name.to_owned(), value.to_owned()));
        same
    }

    /// Opens a page, wherever it leads.
    pub(crate) fn get(&mut self, path: &str) -> Answer {
        let answer = self.once("GET", path, None);
        self.follow(answer)
    }

    /// Opens a page that must be there.
    pub(crate) fn page(&mut self, path: &str) -> String {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.text
    }

    /// Sends a form, and goes wherever that leads.
    pub(crate) fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = self.send(path, fields);
        self.follow(answer)
    }

    /// Sends a form and stays at the answer.
    pub(crate) fn send(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body: String = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.once("POST", path, Some(("application/x-www-form-urlencoded", body.as_bytes())))
    }

    /// Fills in the form of `page` that goes to an address with `mark` in it, as its page proposes it but for `changes`,
    /// and presses its button. A change to nothing leaves a field out.
    pub(crate) fn fill(&mut self, page: &str, mark: &str, changes: &[(&str, &str)]) -> Answer {
        let (action, mut fields) = form(page, mark);
        for (name, value) in changes {
            fields.retain(|(known, _)| known != name);
            if !value.is_empty() {
                fields.push(((*name).to_owned(), (*value).to_owned()));
            }
        }
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.submit(&action, &fields)
    }

    /// Sends a form with a file in the field `file`.
    pub(crate) fn upload(&mut self, path: &str, fields: &[(&str, &str)], name: &str, content: &[u8]) -> Answer {
        const EDGE: &str = "----a-line-that-no-file-has";
        let mut body = Vec::new();
        for (field, value) in fields {
            let part = format!("--{EDGE}\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        let head = format!(
            "--{EDGE}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(format!("\r\n--{EDGE}--\r\n").as_bytes());
        let answer = self.once("POST", path, Some((&format!("multipart/form-data; boundary={EDGE}"), &body)));
        self.follow(answer)
    }

    fn follow(&mut self, mut answer: Answer) -> Answer {
        for _ in 0..REDIRECTS_MAX {
            if !(300..400).contains(&answer.status) {
                return answer;
            }
            let to = answer.header("location").expect("a redirect leads somewhere").to_owned();
            assert!(to.starts_with('/') && !to.starts_with("//"), "a page leads away: {to}");
            answer = self.once("GET", &to, None);
        }
        panic!("{} leads on for ever", self.place)
    }

    fn once(&mut self, method: &str, path: &str, form: Option<(&str, &[u8])>) -> Answer {
        let mut client = Client::new(&self.base, None);
        let jar = self.cookies.iter().fold(String::new(), |mut jar, (name, value)| {
            let edge = if jar.is_empty() { "" } else { "; " };
            write!(jar, "{edge}{name}={value}").expect("text");
            jar
        });
        if !jar.is_empty() {
            client = client.with("Cookie", &jar);
        }
        if let Some((media, _)) = form {
            client = client.with("Content-Type", media);
            if !self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("sec-fetch-site")) {
                client = client.with("Sec-Fetch-Site", "same-origin");
            }
        }
        for (name, value) in self.headers.iter().filter(|(_, value)| !value.is_empty()) {
            client = client.with(name, value);
        }
        let answer = client.exchange(method, path, form.map(|(_, body)| body));
        for cookie in answer.headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok()) {
            let (pair, rest) = cookie.split_once(';').unwrap_or((cookie, ""));
            let (name, value) = pair.split_once('=').expect("a cookie");
            if rest.to_ascii_lowercase().contains("max-age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        self.place = path.to_owned();
        answer
    }
}

/// The value of the first hidden field `name` of a page's form.
pub(crate) fn hidden(page: &str, name: &str) -> String {
    let mark = format!("name=\"{name}\" value=\"");
    let (_, rest) = page.split_once(&mark).unwrap_or_else(|| panic!("no field {name}: {page}"));
    rest.split('"').next().expect("a value").to_owned()
}

/// The form of `page` whose address has `mark` in it: where it goes and what it sends when nobody changes anything.
fn form(page: &str, mark: &str) -> (String, Vec<(String, String)>) {
    let forms = page.split("<form").skip(1).filter_map(|rest| rest.split("</form>").next());
    let (action, body) = forms
        .filter_map(|form| Some((attribute(form.split('>').next()?, "action")?, form)))
        .find(|(action, _)| action.contains(mark))
        .unwrap_or_else(|| panic!("no form to {mark}: {page}"));
    let mut fields = Vec::new();
    for part in body.split('<').skip(1) {
        let (tag, after) = part.split_once('>').unwrap_or((part, ""));
        let name = attribute(tag, "name");
        let kind = attribute(tag, "type").unwrap_or_default();
        let chosen = !matches!(kind.as_str(), "checkbox" | "radio") || has(tag, "checked");
        if tag.starts_with("input") && !matches!(kind.as_str(), "submit" | "file") && chosen {
            fields.extend(name.map(|name| (name, attribute(tag, "value").unwrap_or_default())));
        } else if tag.starts_with("textarea") {
            fields.extend(name.map(|name| (name, plain(after))));
        } else if tag.starts_with("select") {
            fields.extend(name.map(|name| (name, String::new())));
        } else if tag.starts_with("option")
            && has(tag, "selected")
            && let Some(field) = fields.last_mut()
        {
            field.1 = attribute(tag, "value").unwrap_or_else(|| plain(after));
        }
    }
    (action, fields)
}

fn has(tag: &str, word: &str) -> bool {
    tag.split_whitespace().any(|part| part == word)
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split('"').next().map(plain)
}

fn plain(text: &str) -> String {
    text.replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&quot;", "\"")
        .replace("&#60;", "<")
        .replace("&lt;", "<")
        .replace("&#62;", ">")
        .replace("&gt;", ">")
        .replace("&#38;", "&")
        .replace("&amp;", "&")
}

/// What a page says, without its tags and with single spaces.
pub(crate) fn words(page: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for sign in page.chars() {
        match sign {
            '<' => inside = true,
            '>' => {
                inside = false;
                text.push(' ');
            }
            sign if !inside => text.push(sign),
            _ => {}
        }
    }
    plain(&text).split_whitespace().collect::<Vec<_>>().join(" ")
}
