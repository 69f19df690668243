//! Evidence, claims and signals in the database.

use super::*;
use crate::domain::attribution::Evidence;
use crate::domain::claim::{ClaimStatus, DeclineReason};
use crate::domain::referrer::JoinStatus;
use crate::domain::signal::SignalKind;

ids!(ClaimId, IntroductionId, JoinId, Mark);

text_enums! {
    Evidence {
        OwnerDecision = "owner_decision", AcceptedClaim = "accepted_claim", Referral = "referral", Code = "code", Click = "click",
        ReferredBy = "referred_by", Introduction = "introduction",
    }
    ClaimStatus { Open = "open", Accepted = "accepted", Declined = "declined", Expired = "expired" }
    DeclineReason {
        NotConfirmed = "not_confirmed", NotANewCustomer = "not_a_new_customer", AnotherIntroduced = "another_introduced",
        OwnPurchase = "own_purchase", OrderReturned = "order_returned", TooLate = "too_late",
    }
    JoinStatus { Open = "open", Accepted = "accepted", Declined = "declined" }
    SignalKind { Address = "address", Block = "block", Payment = "payment" }
}
