//! Judges what a name resolves to where the connection is made from it: nothing can change in between.

use std::fmt;
use std::sync::Arc;

use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use crate::domain::outward::Outward;

/// Said when every address of a name is forbidden; also how the caller tells it from other failures.
pub(super) const FORBIDDEN: &str = "leads into a private network";

/// The system's resolver with forbidden addresses taken out.
pub(super) struct Guarded<R = DefaultResolver> {
    pub(super) outward: Arc<Outward>,
    pub(super) inner: R,
}

impl<R> fmt::Debug for Guarded<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Guarded")
    }
}

impl<R: Resolver> Resolver for Guarded<R> {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let host = uri.host().unwrap_or_default().to_ascii_lowercase();
        let found = self.inner.resolve(uri, config, timeout)?;
        let mut allowed = self.empty();
        for address in found.iter().filter(|address| self.outward.may_reach(&host, address.port(), address.ip())) {
            allowed.push(*address);
        }
        if allowed.is_empty() {
            return Err(Error::Other(format!("{host} {FORBIDDEN}").into()));
        }
        Ok(allowed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A name server that says what it is told.
    #[derive(Debug)]
    struct Says(&'static [&'static str]);

    impl Resolver for Says {
        fn resolve(&self, uri: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
            let mut found = self.empty();
            let port = uri.port_u16().unwrap_or(443);
            self.0.iter().for_each(|address| found.push((address.parse::<std::net::IpAddr>().expect(address), port).into()));
            Ok(found)
        }
    }

    fn resolve(says: &'static [&'static str], outward: &str, uri: &str) -> Result<Vec<String>, String> {
        let guarded = Guarded { outward: Arc::new(Outward::parse(outward).expect("a list")), inner: Says(says) };
        let found = guarded.resolve(&uri.parse().expect("an address"), &Config::default(), NextTimeout::default());
        found.map(|found| found.iter().map(ToString::to_string).collect()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_name_that_points_inside_is_not_followed() {
        for inside in [&["127.0.0.1"][..], &["169.254.169.254", "::ffff:10.0.0.1"], &["64:ff9b::a00:1"], &["fd00::1"]] {
            let refused = resolve(inside, "", "https://rebind.example/").expect_err("refused");
            assert!(refused.contains(FORBIDDEN), "{refused}");
        }
        // Of several addresses only the public ones are tried.
        assert_eq!(
            resolve(&["10.0.0.1", "93.184.216.34", "::1"], "", "https://two.example:8443/"),
            Ok(vec!["93.184.216.34:8443".to_owned()])
        );
        let named = resolve(&["10.0.0.1"], "shop.internal:8443", "https://SHOP.internal:8443/");
        assert_eq!(named, Ok(vec!["10.0.0.1:8443".to_owned()]));
        assert!(resolve(&["10.0.0.1"], "shop.internal:8443", "https://shop.internal/").is_err());
    }
}
