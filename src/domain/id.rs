//! One newtype per noun, so that a sale's id cannot be handed in where a customer's is meant.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::instant::Instant;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new UUIDv7 (RFC 9562 §5.7) whose time part is `now`.
            #[must_use]
            pub fn new(now: Instant) -> Self {
                Self(v7(now))
            }

            /// The id that `value` spells.
            #[must_use]
            pub const fn from_uuid(value: Uuid) -> Self {
                Self(value)
            }

            /// The bare UUID.
            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::from_str(text).map(Self)
            }
        }
    )+};
}

ids! {
    /// Anyone in the customer file.
    CustomerId,
    /// A set of rules; version 1 of the service has exactly one.
    ProgramId,
    /// A customer enrolled to introduce others.
    ReferrerId,
    /// What a referrer shares.
    CodeId,
    /// One visit through a link.
    ClickId,
    /// The browser that clicked, named by a first-party cookie.
    VisitorId,
    /// The lasting relation "R introduced C".
    ReferralId,
    /// An order the storefront reported.
    SaleId,
    /// One report of an order's content.
    RevisionId,
    /// Money given back to a buyer.
    RefundId,
    /// What a verdict owes.
    CommissionId,
    /// A later change of a commission.
    ChangeId,
    /// An owner's posting without a sale.
    AdjustmentId,
    /// One transfer to one referrer.
    PayoutId,
    /// A referrer's word about where his money goes.
    MethodChangeId,
    /// Payouts prepared and approved together.
    BatchId,
    /// Work for the worker.
    JobId,
    /// One letter.
    MailId,
    /// An address that letters came back from.
    BounceId,
    /// A letter to the owner.
    NoticeId,
    /// Something that happened.
    EventId,
    /// Where webhooks go.
    EndpointId,
    /// One event on its way to one endpoint.
    DeliveryId,
    /// An API token (its `jti`).
    TokenId,
    /// Somebody who signs in to the owner's desk.
    LoginId,
    /// A link that lets somebody in once.
    LinkId,
    /// One entry of the audit log.
    AuditId,
    /// Two customers that may be one person.
    ProposalId,
    /// What was decided at the desk and can still be taken back.
    DecisionId,
    /// A file that was read.
    ImportId,
    /// A storefront that sends its orders.
    ConnectionId,
    /// One request to a payout provider; the key by which the provider knows it again.
    SubmissionId,
    /// One message of a storefront.
    InboundId,
    /// "I sent her".
    ClaimId,
    /// "May I recommend you?"
    JoinId,
    /// An introduction registered before an order.
    IntroductionId,
    /// A keyed hash of something a buyer or visitor left.
    Mark,
    /// Proof that a worker still owns a job.
    LeaseToken,
    /// One request to the API, named in logs and problems.
    RequestId,
}

impl CommissionId {
    /// The lowest id that can be made at `at` or later.
    #[must_use]
    pub const fn lowest(at: Instant) -> Self {
        // A time before 1970 is no time at which an id was made.
        let millis = if at.micros() < 0 { 0 } else { at.micros().unsigned_abs() / 1_000 };
        Self(uuid::Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid())
    }
}

fn v7(now: Instant) -> Uuid {
    let micros = u64::try_from(now.micros()).unwrap_or(0);
    let nanos = u32::try_from(micros % 1_000_000).unwrap_or(0) * 1_000;
    Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, micros / 1_000_000, nanos))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_the_time_they_were_made() {
        let early = SaleId::new(Instant::from_micros(1_000_000_000));
        let late = SaleId::new(Instant::from_micros(2_000_000_000));
        assert!(early < late);
        assert_eq!(early.to_string().parse(), Ok(early));
    }
}
