//! HMAC-SHA256 under a key of this installation (RFC 2104), which is kept outside the ledger.

use hmac::digest::Key;
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// A key, ready to hash: keyed once, which is half of the work. Two installations have different ones.
#[derive(Clone)]
pub struct Keyed(Hmac<Sha256>);

impl std::fmt::Debug for Keyed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keyed(***)")
    }
}

impl Keyed {
    /// A key made of these bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        // A key shorter than a block is filled up with zeros (RFC 2104 §2).
        let mut key = Key::<Hmac<Sha256>>::default();
        key.iter_mut().zip(bytes).for_each(|(place, byte)| *place = byte);
        Self(Hmac::new(&key))
    }

    /// A hash to begin.
    #[must_use]
    pub fn begin(&self) -> Hmac<Sha256> {
        self.0.clone()
    }
}
