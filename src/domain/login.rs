//! People who sign in, and the links that let them in. A link holds an id and a keyed hash of it: nobody can
//! make one up, the ledger need not keep a secret, and a copy of the ledger opens no door.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use uuid::Uuid;

use super::id::LinkId;
use super::keyed::Keyed;

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkKind {
    /// The first start of the service.
    Setup,
    /// A forgotten password.
    Reset,
    /// A colleague's first visit.
    Invite,
    /// A referrer's portal.
    SignIn,
}

impl LinkKind {
    /// How long such a link works, in seconds.
    #[must_use]
    pub const fn valid_seconds(self) -> i64 {
        match self {
            Self::Setup | Self::Reset => 30 * 60,
            Self::SignIn => 15 * 60,
            Self::Invite => 7 * 86_400,
        }
    }
}

/// Signs links. Two installations sign differently.
#[derive(Debug, Clone)]
pub struct LinkKey(Keyed);

impl LinkKey {
    /// A key made of these bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Keyed::new(bytes))
    }

    /// What stands in the address of the link `id`.
    #[must_use]
    pub fn secret(&self, id: LinkId) -> String {
        self.seal("once", id.uuid().as_bytes())
    }

    /// The link that `secret` names; none if this installation did not make it.
    #[must_use]
    pub fn open(&self, secret: &str) -> Option<LinkId> {
        self.unseal("once", secret).and_then(|bytes| Uuid::from_slice(&bytes).ok()).map(LinkId::from_uuid)
    }

    /// `content` for an address, signed for one purpose.
    #[must_use]
    pub fn seal(&self, purpose: &str, content: &[u8]) -> String {
        let tag = self.mac(purpose, content).finalize().into_bytes();
        URL_SAFE_NO_PAD.encode(content.iter().copied().chain(tag.into_iter().take(TAG)).collect::<Vec<u8>>())
    }

    /// What was sealed for `purpose`; none if anything else.
    #[must_use]
    pub fn unseal(&self, purpose: &str, sealed: &str) -> Option<Vec<u8>> {
        let mut bytes = URL_SAFE_NO_PAD.decode(sealed.get(..sealed.len().min(SEALED_MAX))?).ok()?;
        let tag = bytes.split_off(bytes.len().checked_sub(TAG)?);
        self.mac(purpose, &bytes).verify_truncated_left(&tag).ok().map(|()| bytes)
    }

    fn mac(&self, purpose: &str, content: &[u8]) -> Hmac<Sha256> {
        self.0.begin().chain_update(purpose).chain_update([0]).chain_update(content)
    }
}

/// Bytes of the keyed hash that stand in a link; RFC 2104 §5 asks for at least half.
const TAG: usize = 16;

/// Links are far shorter, in characters.
const SEALED_MAX: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::instant::Instant;

    #[test]
    fn a_link_opens_only_what_it_was_made_for() {
        let key = LinkKey::new([7; 32]);
        let id = LinkId::new(Instant::from_micros(1_700_000_000_000_000));
        let secret = key.secret(id);
        assert_eq!((secret.len(), key.open(&secret)), (43, Some(id)));
        assert_eq!(LinkKey::new([8; 32]).open(&secret), None);
        assert_eq!(key.unseal("portal", &secret), None);
        for place in 0..secret.len() - 1 {
            let mut changed = secret.clone().into_bytes();
            changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
            assert_eq!(key.open(std::str::from_utf8(&changed).expect("text")), None, "{place}");
        }
        assert_eq!(key.open(""), None);
        assert_eq!(key.open(&"A".repeat(10_000)), None);
    }
}
