//! Programs that follow links: search engines, previews of messengers, monitors. Their visits are no clicks.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

/// Browsers begin like this, in-app ones included; Opera Mini still has its own name.
const BROWSERS: [&str; 2] = ["Mozilla/5.0 (", "Opera/"];

/// What stands in the names of programs that are dressed as browsers, and in no browser's. Whoever is
/// in doubt passes: a robot that counts spoils a figure, a visitor who does not costs a commission.
const SIGNS: [&str; 45] = [
    "bot",
    "crawl",
    "spider",
    "slurp",
    "fetch",
    "scrap",
    "scan",
    "archive",
    "feed",
    "rss",
    "preview",
    "monitor",
    "headless",
    "phantomjs",
    "playwright",
    "selenium",
    "lighthouse",
    "pagespeed",
    "prerender",
    "probe",
    "pingdom",
    "uptime",
    "synthetics",
    "validator",
    "checker",
    "inspect",
    "analyz",
    "research",
    "seo",
    "facebookexternalhit",
    "externalagent",
    "whatsapp/",
    "google-",
    "google web",
    "googleother",
    "python",
    "java/",
    "(java",
    "curl",
    "http://",
    "https://",
    "www.",
    ".com",
    "compatible;",
    "ptst/",
];

/// What looks like a sign and is none: a maker of telephones, and old Internet Explorers.
const INNOCENT: [&str; 2] = ["cubot", "compatible; msie"];

/// No browser's name is longer; the rest is not looked at, in bytes.
const LOOKED_AT: usize = 1_024;

static NAMES: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let names = INNOCENT.iter().chain(&SIGNS);
    AhoCorasick::builder().ascii_case_insensitive(true).match_kind(MatchKind::LeftmostLongest).build(names).ok()
});

/// Whether the `User-Agent` `name` belongs to a program rather than to a visitor's browser. One that
/// sends none is a program.
#[must_use]
pub fn is_robot(name: &[u8]) -> bool {
    if !BROWSERS.iter().any(|start| name.starts_with(start.as_bytes())) {
        return true;
    }
    let looked_at = name.get(..LOOKED_AT).unwrap_or(name);
    // The list is ours and builds; were it not to, everybody would pass.
    NAMES.as_ref().is_some_and(|names| names.find_iter(looked_at).any(|found| found.pattern().as_usize() >= INNOCENT.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visitors_pass_and_programs_do_not() {
        for visitor in [
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Safari/537.36",
            "Mozilla/5.0 (Linux; Android 13; CUBOT P80) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Mobile Safari/537.36",
            "Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.2; Trident/6.0)",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 16_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [LinkedInApp]/9.27.1",
            "Mozilla/5.0 (Linux; Android 10; SM-G973N) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/92 Mobile Safari/537.36 NAVER(inapp; search; 1000; 11.5.2)",
            "Opera/9.80 (Android; Opera Mini/36.2/191.249; U; de) Presto/2.12.423 Version/12.16",
        ] {
            assert!(!is_robot(visitor.as_bytes()), "{visitor}");
        }
        for robot in [
            "",
            "curl/8.5.0",
            "WhatsApp/2.23.20.0 A",
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0.0.0 Safari/537.36",
            "Mozilla/5.0 (Linux; Android 13; CUBOT P80) AppleWebKit/537.36 (KHTML, like Gecko) AdsBot-Google",
        ] {
            assert!(is_robot(robot.as_bytes()), "{robot}");
        }
        let mut long = b"Mozilla/5.0 (".to_vec();
        long.extend([b'x'; 100_000]);
        assert!(!is_robot(&long));
    }
}
