//! Letters in the database.

use super::*;
use crate::domain::locale::Locale;
use crate::domain::notice::Notice;
use crate::domain::owner_notice::OwnerNotice;

ids!(BounceId, NoticeId);

text_enums! {
    Locale { En = "en", De = "de" }
    OwnerNotice {
        PayoutFailed = "payout_failed", WeeklyDigest = "weekly_digest", RunReminder = "run_reminder", NoOrders = "no_orders",
        EndpointDisabled = "endpoint_disabled",
    }
    Notice {
        Welcome = "welcome", SaleCredited = "sale_credited", BonusEarned = "bonus_earned", YouDidNotKnow = "you_did_not_know",
        CommissionApproved = "commission_approved", CommissionReduced = "commission_reduced",
        PayoutSent = "payout_sent", PayoutFailed = "payout_failed", PayoutDetailsChanged = "payout_details_changed",
        DetailsMissing = "details_missing", ClaimReceived = "claim_received",
        ClaimAccepted = "claim_accepted", ClaimDeclined = "claim_declined", LoginLink = "login_link",
    }
    MailStatus {
        Queued = "queued", Sent = "sent", Bundled = "bundled", Declined = "declined", Undeliverable = "undeliverable", Discarded = "discarded",
    }
}
