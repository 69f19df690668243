//! Where the house may call of its own accord. Somebody else names the address (a webhook's endpoint,
//! a shop's API), so it must not lead back into our own network: `OWASP API7:2023`, RELIABILITY T15.
//!
//! Twice judged: the text when it is given ([`Outward::screen`]), and every address that its name
//! resolves to when it is called ([`Outward::may_reach`]), because names change their mind.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use super::field::FieldError;

/// The longest address taken, in bytes.
pub const URL_MAX: usize = 2_048;

/// Ports on which the world offers HTTPS to programs. A named private host may have any.
const PORTS: [u16; 2] = [443, 8_443];

/// Endings that no public name has (RFC 6761, RFC 6762, RFC 8375, RFC 9476 and ICANN's `internal`).
const INNER_NAMES: [&str; 9] =
    ["localhost", "local", "internal", "intranet", "lan", "home.arpa", "in-addr.arpa", "ip6.arpa", "onion"];

/// IPv4 blocks that are not the public internet (IANA special-purpose registry), as address and prefix.
const INNER_V4: [(Ipv4Addr, u32); 16] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 31, 196, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// Parts of 2000::/3 that are no ordinary hosts: protocol assignments with Teredo and ORCHID, both
/// documentation blocks, 6to4 (which carries an IPv4 address, maybe a private one).
const INNER_V6: [(Ipv6Addr, u32); 4] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// What may be called: the public internet over HTTPS, and the private hosts that the operator named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outward {
    private: Vec<(String, Option<u16>)>,
}

impl Outward {
    /// Reads the operator's list of private hosts: `shop.internal,127.0.0.1:8081`. A host with a port
    /// is allowed on that port only. None when an entry is no host.
    #[must_use]
    pub fn parse(list: &str) -> Option<Self> {
        let entries = list.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        let private = entries.map(|entry| {
            let url = Url::parse(&format!("scheme://{entry}")).ok()?;
            let bare = url.path().is_empty() && url.query().is_none() && url.fragment().is_none();
            // Read again as HTTP does: other schemes leave 127.1 and upper case as they are.
            let host = Url::parse(&format!("http://{entry}")).ok()?.host_str()?.to_owned();
            (bare && url.username().is_empty()).then_some((host, url.port()))
        });
        private.collect::<Option<Vec<_>>>().map(|private| Self { private })
    }

    /// Whether the operator named this host, on this port.
    #[must_use]
    pub fn is_named(&self, host: &str, port: u16) -> bool {
        self.private.iter().any(|(name, only)| name == host && only.is_none_or(|only| only == port))
    }

    /// Reads an address that somebody wants called; what comes back is what to store and to call.
    ///
    /// # Errors
    /// Names at `pointer` why it will not be called.
    pub fn screen(&self, pointer: &str, text: &str) -> Result<Url, FieldError> {
        let fault = |code: &str, message: &str| Err(FieldError::new(pointer, code, message));
        if text.len() > URL_MAX {
            return fault("too_long", "has more than 2048 bytes");
        }
        // A parser that mends what it reads hides from the caller what will be called.
        if text.bytes().any(|byte| !byte.is_ascii_graphic() || byte == b'\\') {
            return fault("invalid_url", "holds a space, a backslash or a character outside ASCII; write it percent-encoded");
        }
        let Some(url) = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https")) else {
            return fault("invalid_url", "must be an address such as https://shop.example/hooks");
        };
        let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
            return fault("invalid_url", "names no host; write it as https://shop.example/hooks");
        };
        if !text.get(url.scheme().len()..).is_some_and(|rest| rest.starts_with("://")) {
            return fault("invalid_url", "must have :// after its scheme");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return fault("credentials", "holds a user name or password; leave them out, requests are signed");
        }
        if url.fragment().is_some() {
            return fault("fragment", "holds a #fragment, which is never sent; leave it out");
        }
        if self.is_named(host, port) {
            return Ok(url);
        }
        if url.scheme() != "https" {
            return fault("not_https", "must begin with https://; for a host of your own network see HOUND_PRIVATE_HOSTS");
        }
        if !PORTS.contains(&port) {
            return fault("port_not_allowed", "must use port 443 or 8443; for another see HOUND_PRIVATE_HOSTS");
        }
        if url.host().is_some_and(|host| leads_inside(&host)) {
            return fault("private_address", "leads into a private network; for a host of your own see HOUND_PRIVATE_HOSTS");
        }
        Ok(url)
    }

    /// Whether a connection to `address` may be opened in order to call `host`.
    #[must_use]
    pub fn may_reach(&self, host: &str, port: u16, address: IpAddr) -> bool {
        is_public(address) || self.is_named(host, port)
    }
}

fn leads_inside(host: &Host<&str>) -> bool {
    match host {
        Host::Ipv4(address) => !is_public(IpAddr::V4(*address)),
        Host::Ipv6(address) => !is_public(IpAddr::V6(*address)),
        Host::Domain(name) => {
            let name = name.trim_end_matches('.');
            let inner = |ending: &str| name.strip_suffix(ending).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
            !name.contains('.') || INNER_NAMES.iter().any(|ending| inner(ending))
        }
    }
}

/// Whether `address` is an ordinary one of the public internet. Addresses that carry another inside
/// (IPv4-mapped, NAT64, 6to4, Teredo) are none: what they reach depends on the network they leave by.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let bits = address.to_bits();
            !INNER_V4.iter().any(|(block, prefix)| (bits ^ block.to_bits()).leading_zeros() >= *prefix)
        }
        IpAddr::V6(address) => {
            let bits = address.to_bits();
            let global_unicast = bits >> 125 == 1;
            global_unicast && !INNER_V6.iter().any(|(block, prefix)| (bits ^ block.to_bits()).leading_zeros() >= *prefix)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CORPUS: &str = include_str!("../../tests/corpora/ssrf.txt");

    /// Lines of `address` or `address -> what its name resolves to`.
    fn corpus() -> Vec<(&'static str, Option<&'static str>)> {
        let lines = CORPUS.lines().filter(|line| !line.is_empty() && !line.starts_with("# "));
        lines.map(|line| line.split_once(" -> ").map_or((line, None), |(url, address)| (url, Some(address)))).collect()
    }

    #[test]
    fn no_address_of_the_corpus_is_called() {
        let outward = Outward::default();
        let mut passed = Vec::new();
        let cases = corpus();
        assert!(cases.len() >= 120, "{}", cases.len());
        for (text, resolved) in cases {
            let text = text.replace("\\t", "\t").replace("\\n", "\n").replace("\\r", "\r").replace("\\0", "\0");
            match (outward.screen("/url", &text), resolved) {
                (Err(_), None) => {}
                // The text is innocent; its name is not.
                (Ok(url), Some(address)) => {
                    let (host, port) = (url.host_str().expect("a host"), url.port_or_known_default().expect("a port"));
                    if outward.may_reach(host, port, address.parse().expect(address)) {
                        passed.push(format!("{text} -> {address}"));
                    }
                }
                (Ok(url), None) => passed.push(format!("{text} as {url}")),
                (Err(fault), Some(_)) => panic!("{text} is no case of resolving: {}", fault.message),
            }
        }
        assert!(passed.is_empty(), "{}", passed.join("\n"));
    }

    #[test]
    fn what_the_world_offers_is_called() {
        let outward = Outward::default();
        for (text, address) in [
            ("https://shop.example.com/hooks?a=1", "93.184.216.34"),
            ("https://shop.example.com:8443/", "2606:2800:220:1:248:1893:25c8:1946"),
            ("https://93.184.216.34/", "93.184.216.34"),
            ("https://[2606:2800:220:1::1]/", "2606:2800:220:1::1"),
            ("https://xn--bcher-kva.example/", "11.0.0.1"),
        ] {
            let url = outward.screen("/url", text).expect(text);
            assert!(outward.may_reach(url.host_str().expect("a host"), 443, address.parse().expect(address)), "{text}");
        }
    }

    #[test]
    fn a_named_private_host_is_called_and_only_that_one() {
        let outward = Outward::parse("Shop.Internal, 127.0.0.1:8081,[::1]").expect("a list");
        for good in ["http://shop.internal/a", "https://shop.internal:99/", "http://127.0.0.1:8081/", "http://[::1]:5/"] {
            assert!(outward.screen("/url", good).is_ok(), "{good}");
        }
        for bad in ["http://127.0.0.1:8082/", "http://127.0.0.1/", "http://127.0.0.2:8081/", "https://a.shop.internal/"] {
            assert!(outward.screen("/url", bad).is_err(), "{bad}");
        }
        let inside = "127.0.0.1".parse().expect("an address");
        assert!(outward.may_reach("127.0.0.1", 8_081, inside) && outward.may_reach("shop.internal", 1, inside));
        assert!(!outward.may_reach("127.0.0.1", 80, inside) && !outward.may_reach("evil.example", 443, inside));
        for bad in ["a b", "http://x", "user@host", "host/path", "host:port", "["] {
            assert_eq!(Outward::parse(bad), None, "{bad}");
        }
        assert_eq!(Outward::parse(" , "), Some(Outward::default()));
    }
}
