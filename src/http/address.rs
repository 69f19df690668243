//! Where a request came from, when proxies that the operator trusts stand in between.

use std::net::IpAddr;

use actix_web::HttpRequest;

/// Hops looked at; a longer chain is somebody's joke.
const HOPS_MAX: usize = 16;

/// The address of whoever sent `req`: the peer, or, if that is a trusted proxy, the last hop in
/// `X-Forwarded-For` that is none. What stands further left was written by the client himself.
#[must_use]
pub fn sender(req: &HttpRequest, trusted: &[IpAddr]) -> Option<IpAddr> {
    let peer = req.peer_addr()?.ip().to_canonical();
    if !trusts(trusted, peer) {
        return Some(peer);
    }
    let lines = req.headers().get_all("x-forwarded-for").filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = lines.flat_map(|line| line.split(',')).collect();
    let mut sender = peer;
    for hop in hops.iter().rev().take(HOPS_MAX) {
        // A hop that cannot be read ends the chain of trust.
        let Some(address) = parsed(hop) else { return Some(sender) };
        sender = address;
        if !trusts(trusted, address) {
            break;
        }
    }
    Some(sender)
}

fn trusts(trusted: &[IpAddr], address: IpAddr) -> bool {
    trusted.iter().any(|proxy| proxy.to_canonical() == address)
}

/// An address, with or without a port and brackets.
fn parsed(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let bare = hop.parse::<IpAddr>().ok();
    let with_port = || hop.parse::<std::net::SocketAddr>().map(|address| address.ip()).ok();
    let bracketed = || hop.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    bare.or_else(with_port).or_else(bracketed).map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn seen(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let mut req = TestRequest::default().peer_addr(format!("{peer}:4711").parse().expect("an address"));
        for line in forwarded {
            req = req.append_header(("X-Forwarded-For", *line));
        }
        let trusted: Vec<IpAddr> = trusted.iter().map(|text| text.parse().expect("an address")).collect();
        sender(&req.to_http_request(), &trusted).expect("an address").to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed_and_only_about_the_hop_before_them() {
        assert_eq!(seen("198.51.100.9", &["203.0.113.7"], &[]), "198.51.100.9");
        assert_eq!(seen("10.0.0.1", &["203.0.113.7"], &["10.0.0.1"]), "203.0.113.7");
        assert_eq!(seen("10.0.0.1", &["1.2.3.4, 203.0.113.7"], &["10.0.0.1"]), "203.0.113.7", "the client's own word");
        assert_eq!(seen("10.0.0.1", &["203.0.113.7", "10.0.0.2"], &["10.0.0.1", "10.0.0.2"]), "203.0.113.7");
        assert_eq!(seen("10.0.0.1", &["203.0.113.7:55, 10.0.0.2"], &["10.0.0.1", "10.0.0.2"]), "203.0.113.7");
        assert_eq!(seen("10.0.0.1", &["[2001:db8::1]"], &["10.0.0.1"]), "2001:db8::1");
        assert_eq!(seen("10.0.0.1", &["203.0.113.7, unknown"], &["10.0.0.1"]), "10.0.0.1");
        assert_eq!(seen("10.0.0.1", &[], &["10.0.0.1"]), "10.0.0.1");
    }
}
