//! What a shop may tell of an order's address, network and payment, so that one person behind two
//! names is noticed. Only keyed hashes are stored: without the key, which is kept outside the
//! ledger, nobody can try addresses against them, and to forget a person is to delete rows.

use std::net::IpAddr;

use hmac::Mac;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::id::Mark;
use super::keyed::Keyed;

/// What was marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignalKind {
    /// Where the goods go.
    Address,
    /// The network the order came from: /24 of IPv4, /56 of IPv6.
    Block,
    /// How it was paid: the payment provider's fingerprint of a card or account.
    Payment,
}

/// One signal of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Signal {
    /// What was marked.
    pub kind: SignalKind,
    /// Its keyed hash.
    pub mark: Mark,
}

/// Makes marks. Two installations mark the same address differently.
#[derive(Debug, Clone)]
pub struct MarkKey(Keyed);

impl MarkKey {
    /// A key made of these bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Keyed::new(bytes))
    }

    /// The mark of a postal address: letters and digits count, whatever stands between them.
    #[must_use]
    pub fn address(&self, text: &str) -> Signal {
        let bare: String = text.chars().filter(|sign| sign.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        self.signal(SignalKind::Address, bare.as_bytes())
    }

    /// The mark of the network that `address` belongs to.
    #[must_use]
    pub fn block(&self, address: IpAddr) -> Signal {
        self.signal(SignalKind::Block, &block_of(address))
    }

    /// The mark of a payment fingerprint.
    #[must_use]
    pub fn payment(&self, fingerprint: &str) -> Signal {
        self.signal(SignalKind::Payment, fingerprint.trim().as_bytes())
    }

    /// The mark of a payout account in its comparable form.
    #[must_use]
    pub fn account(&self, comparable: &str) -> Mark {
        self.mark(b"account\0", comparable.as_bytes())
    }

    /// The signal of `kind`.
    fn signal(&self, kind: SignalKind, value: &[u8]) -> Signal {
        let label: &[u8] = match kind {
            SignalKind::Address => b"address\0",
            SignalKind::Block => b"block\0",
            SignalKind::Payment => b"payment\0",
        };
        Signal { kind, mark: self.mark(label, value) }
    }

    /// Sixteen bytes of HMAC-SHA256 (RFC 2104 §5 allows to cut down to half).
    fn mark(&self, label: &[u8], value: &[u8]) -> Mark {
        let hash = self.0.begin().chain_update(label).chain_update(value).finalize().into_bytes();
        Mark::from_uuid(Uuid::from_bytes(hash.first_chunk::<16>().copied().unwrap_or_default()))
    }
}

/// The network of an address, as bytes: providers hand out /24 of IPv4 and /56 of IPv6 to one site or
/// one street (RFC 6177). An IPv4 address written as IPv6 is the IPv4 address.
#[must_use]
pub fn block_of(address: IpAddr) -> Vec<u8> {
    match address.to_canonical() {
        IpAddr::V4(four) => four.octets().iter().take(3).copied().collect(),
        IpAddr::V6(six) => six.octets().iter().take(7).copied().collect(),
    }
}

#[cfg(test)]
mod tests {
    use hmac::Hmac;
    use sha2::Sha256;

    use super::*;

    #[test]
    fn spelling_does_not_count_and_neighbours_share_a_block() {
        let key = MarkKey::new([7; 32]);
        assert_eq!(key.address("Hauptstr. 5, 10115 Berlin"), key.address("HAUPTSTR 5\n10115 BERLIN"));
        assert_ne!(key.address("Hauptstr. 5, 10115 Berlin"), key.address("Hauptstr. 6, 10115 Berlin"));
        let block = |text: &str| key.block(text.parse().expect("an address"));
        assert_eq!(block("203.0.113.7"), block("203.0.113.200"));
        assert_eq!(block("203.0.113.7"), block("::ffff:203.0.113.9"));
        assert_ne!(block("203.0.113.7"), block("203.0.114.7"));
        assert_eq!(block("2001:db8:0:aa00::1"), block("2001:db8:0:aaff::1"));
        assert_ne!(block("2001:db8:0:aa00::1"), block("2001:db8:0:ab00::1"));
    }

    #[test]
    fn a_mark_is_half_an_hmac_under_the_bare_key() {
        let hash =
            Hmac::<Sha256>::new_from_slice(&[7; 32]).expect("a key").chain_update(b"payment\0card").finalize().into_bytes();
        assert_eq!(MarkKey::new([7; 32]).payment("card").mark.uuid().as_bytes(), &hash[..16]);
    }

    #[test]
    fn another_key_makes_another_mark_and_kinds_do_not_meet() {
        let (one, other) = (MarkKey::new([7; 32]), MarkKey::new([8; 32]));
        assert_ne!(one.payment("x").mark, other.payment("x").mark);
        assert_ne!(one.payment("x").mark, one.address("x").mark);
        assert_ne!(one.payment("x").mark, one.account("x"));
    }
}
