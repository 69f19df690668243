//! Links to a referrer's portal that stand in letters and in the shop's own account page: whoever has one reads what
//! the portal says and shares the code, and changes nothing. Nothing is stored for them; all that were made before
//! a moment can be made dead.

use uuid::Uuid;

use super::id::ReferrerId;
use super::instant::Instant;
use super::login::LinkKey;
use super::principal::Mode;

/// How long such a link works, in days.
pub const VALID_DAYS: i64 = 30;

const PURPOSE: &str = "portal";

/// What such a link says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PortalLink {
    /// Whose portal.
    pub referrer_id: ReferrerId,
    /// The ledger he is in.
    pub mode: Mode,
    /// When it was made, by that ledger's clock.
    pub issued_at: Instant,
}

impl PortalLink {
    /// What stands in its address.
    #[must_use]
    pub fn sealed(&self, key: &LinkKey) -> String {
        let mut content = Vec::with_capacity(25);
        content.push(u8::from(self.mode == Mode::Sandbox));
        content.extend_from_slice(self.referrer_id.uuid().as_bytes());
        content.extend_from_slice(&self.issued_at.micros().to_be_bytes());
        key.seal(PURPOSE, &content)
    }

    /// The link that `sealed` is; none if this installation did not make it.
    #[must_use]
    pub fn opened(key: &LinkKey, sealed: &str) -> Option<Self> {
        let content = key.unseal(PURPOSE, sealed)?;
        let (mode, rest) = content.split_first()?;
        let (id, at) = rest.split_at_checked(16)?;
        Some(Self {
            referrer_id: ReferrerId::from_uuid(Uuid::from_slice(id).ok()?),
            mode: if *mode == 0 { Mode::Live } else { Mode::Sandbox },
            issued_at: Instant::from_micros(i64::from_be_bytes(at.try_into().ok()?)),
        })
    }

    /// When it stops working by itself.
    #[must_use]
    pub const fn expires_at(&self) -> Instant {
        self.issued_at.plus_days(VALID_DAYS)
    }

    /// Whether it works at `now`, where those made before `dead_before` do not.
    #[must_use]
    pub fn works(&self, now: Instant, dead_before: Option<Instant>) -> bool {
        now < self.expires_at() && dead_before.is_none_or(|from| self.issued_at >= from)
    }

    /// Where it leads; `base_url` has no slash at its end.
    #[must_use]
    pub fn address(&self, base_url: &str, key: &LinkKey) -> String {
        format!("{base_url}/portal/l/{}", self.sealed(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant::from_micros(1_767_225_600_000_000);

    #[test]
    fn a_link_says_whose_it_is_until_it_ends_or_is_made_dead() {
        let key = LinkKey::new([7; 32]);
        for mode in [Mode::Live, Mode::Sandbox] {
            let link = PortalLink { referrer_id: ReferrerId::new(NOW), mode, issued_at: NOW };
            let sealed = link.sealed(&key);
            assert_eq!(PortalLink::opened(&key, &sealed), Some(link));
            assert_eq!(PortalLink::opened(&LinkKey::new([8; 32]), &sealed), None);
            assert!(!sealed.contains('.') && sealed.len() < 60, "{sealed}");
            assert!(link.works(NOW, None) && link.works(NOW.plus_days(30).plus_seconds(-1), Some(NOW)));
            assert!(!link.works(NOW.plus_days(30), None));
            assert!(!link.works(NOW, Some(Instant::from_micros(NOW.micros() + 1))));
        }
    }

    #[test]
    fn what_was_sealed_for_something_else_is_no_link() {
        let key = LinkKey::new([7; 32]);
        let content = [&[0_u8][..], ReferrerId::new(NOW).uuid().as_bytes(), &NOW.micros().to_be_bytes()].concat();
        assert_eq!(PortalLink::opened(&key, &key.seal("once", &content)), None);
        assert_eq!(PortalLink::opened(&key, &key.seal("portal", &content[..24])), None);
        assert_eq!(PortalLink::opened(&key, &key.seal("portal", b"")), None);
        for bad in ["", ".", "a.b.c", "ä"] {
            assert_eq!(PortalLink::opened(&key, bad), None, "{bad}");
        }
    }
}
