//! Payout methods, and why somebody is not paid, in the database.

use super::*;
use crate::domain::payout::NotPaidReason;

ids!(MethodChangeId);

text_enums! {
    NotPaidReason {
        BelowMinimum = "below_minimum", NegativeBalance = "negative_balance", ReferrerPaused = "referrer_paused",
        AfterCutoff = "after_cutoff", NoDetails = "no_details", DetailsOnHold = "details_on_hold",
        RailDoesNotPayCurrency = "rail_does_not_pay_currency", BeyondRailLimits = "beyond_rail_limits",
        ChangedBeforeApproval = "changed_before_approval", LedgerDisagrees = "ledger_disagrees",
    }
}
