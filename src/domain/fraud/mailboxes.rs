//! Which addresses reach one mailbox, and which mailboxes anybody opens for an hour.

use std::borrow::Cow;

/// Gmail does not look at dots (support.google.com/mail/answer/7436150) and knows two names for itself.
const DOTLESS: [&str; 2] = ["gmail.com", "googlemail.com"];

/// Providers of mailboxes for an hour that have kept their names for years: our own choice of
/// 2026-11-22. The public list at github.com/disposable-email-domains (CC0) names thousands more, most
/// of them gone within weeks; a sign only holds, so the lasting ones will do.
const DISPOSABLE: [&str; 48] = [
    "10minutemail.com",
    "10minutemail.net",
    "20minutemail.com",
    "burnermail.io",
    "discard.email",
    "discardmail.com",
    "dispostable.com",
    "dropmail.me",
    "emailondeck.com",
    "fakeinbox.com",
    "fakemail.net",
    "getairmail.com",
    "getnada.com",
    "grr.la",
    "guerrillamail.biz",
    "guerrillamail.com",
    "guerrillamail.de",
    "guerrillamail.info",
    "guerrillamail.net",
    "guerrillamail.org",
    "guerrillamailblock.com",
    "inboxkitten.com",
    "jetable.org",
    "mail-temp.com",
    "mail.tm",
    "mailcatch.com",
    "maildrop.cc",
    "mailinator.com",
    "mailinator.net",
    "mailnesia.com",
    "mailnull.com",
    "mintemail.com",
    "moakt.com",
    "mohmal.com",
    "mytemp.email",
    "sharklasers.com",
    "spam4.me",
    "spamgourmet.com",
    "temp-mail.io",
    "temp-mail.org",
    "tempail.com",
    "tempmail.dev",
    "tempmailo.com",
    "tempr.email",
    "throwawaymail.com",
    "trashmail.com",
    "trashmail.de",
    "yopmail.com",
];

/// What all spellings of one mailbox share: no tag after `+` (RFC 5233), no dots where the provider
/// ignores them, one name for a provider that has two. For comparison only, never for sending.
#[must_use]
pub fn mailbox(address: &str) -> Cow<'_, str> {
    let Some((local, domain)) = address.rsplit_once('@') else { return Cow::Borrowed(address) };
    let untagged = local.split_once('+').map_or(local, |(name, _)| name);
    if DOTLESS.contains(&domain) {
        return Cow::Owned(format!("{}@gmail.com", untagged.replace('.', "")));
    }
    if untagged == local { Cow::Borrowed(address) } else { Cow::Owned(format!("{untagged}@{domain}")) }
}

/// Whether `address` is a mailbox for an hour: its domain, or one above it, is listed.
#[must_use]
pub fn is_disposable(address: &str) -> bool {
    let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
    let above = domain.match_indices('.').filter_map(|(place, _)| domain.get(place + 1..));
    std::iter::once(domain).chain(above).any(|name| DISPOSABLE.binary_search(&name).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_ignored_dots_are_one_mailbox() {
        for (one, other) in [
            ("joe@example.com", "joe+shop@example.com"),
            ("j.o.e@gmail.com", "joe@googlemail.com"),
            ("joe+1@gmail.com", "j.oe+2@gmail.com"),
        ] {
            assert_eq!(mailbox(one), mailbox(other), "{one} {other}");
        }
        assert_ne!(mailbox("j.oe@example.com"), mailbox("joe@example.com"), "dots count elsewhere");
        assert_ne!(mailbox("joe@example.com"), mailbox("joe@example.org"));
    }

    #[test]
    fn a_mailbox_for_an_hour_is_known_by_its_provider() {
        assert!(DISPOSABLE.is_sorted(), "searched by halves");
        assert!(is_disposable("a@mailinator.com") && is_disposable("a@x.mailinator.com"));
        assert!(!is_disposable("a@notmailinator.com") && !is_disposable("a@example.com") && !is_disposable("nobody"));
    }
}
