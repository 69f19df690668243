//! How the law's types look in the two engines: ids as `uuid` and 16 bytes, instants as
//! `timestamptz` and microseconds, JSON as `jsonb` and text, enums and currencies as text.

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, Queryable};
use diesel::expression::AsExpression;
use diesel::internal::derives::as_expression::Bound;
use diesel::pg::Pg;
use diesel::query_builder::QueryId;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{BigInt, Binary, Nullable, SingleValue, SqlType, Text};
use diesel::sqlite::Sqlite;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::attribution::{Reason, VerdictKind};
use crate::domain::commission::{Account, CommissionStatus, TransferKind};
use crate::domain::customer::KeyKind;
use crate::domain::id::*;
use crate::domain::instant::Instant;
use crate::domain::intake::{ImportKind, ImportStatus, RowOutcome};
use crate::domain::login::LinkKind;
use crate::domain::money::Currency;
use crate::domain::payout::{AdjustmentKind, BatchStatus, ItemKind, PayoutStatus, Rail};
use crate::domain::principal::{Mode, Role};
use crate::domain::provider::{Provider, SubmissionStatus};
use crate::domain::referrer::{CodeStatus, ReferrerStatus};
use crate::domain::sale::SaleStatus;
use crate::domain::storefront::InboundStatus;
use crate::domain::storefront::connection::Kind;
use crate::domain::storefront::coupon::CouponStatus;
use crate::domain::webhook::{DeliveryStatus, EndpointStatus, WhyDisabled};

mod queue;

pub use queue::{JobStatus, MailStatus};

/// A UUID. Named by oid: a type name would cost a catalogue query per connection.
#[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
#[diesel(postgres_type(oid = 2950, array_oid = 2951))]
#[diesel(sqlite_type(name = "Binary"))]
pub struct DbUuid;

/// An instant.
#[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
#[diesel(postgres_type(oid = 1184, array_oid = 1185))]
#[diesel(sqlite_type(name = "Long"))]
pub struct DbInstant;

/// A JSON document.
#[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
#[diesel(postgres_type(oid = 3802, array_oid = 3807))]
#[diesel(sqlite_type(name = "Text"))]
pub struct DbJson;

/// A value stored as a JSON document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Json<T>(pub T);

/// PostgreSQL counts timestamps from 2000-01-01 (protocol documentation, "timestamptz").
const PG_EPOCH_MICROS: i64 = 946_684_800_000_000;

macro_rules! bindable {
    ($type:ty, $sql:ty $(, $generic:ident)?) => {
        impl$(<$generic>)? AsExpression<$sql> for $type {
            type Expression = Bound<$sql, Self>;
            fn as_expression(self) -> Self::Expression {
                Bound::new(self)
            }
        }
        impl<'e $(, $generic)?> AsExpression<$sql> for &'e $type {
            type Expression = Bound<$sql, Self>;
            fn as_expression(self) -> Self::Expression {
                Bound::new(self)
            }
        }
        impl$(<$generic>)? AsExpression<Nullable<$sql>> for $type {
            type Expression = Bound<Nullable<$sql>, Self>;
            fn as_expression(self) -> Self::Expression {
                Bound::new(self)
            }
        }
        impl<'e $(, $generic)?> AsExpression<Nullable<$sql>> for &'e $type {
            type Expression = Bound<Nullable<$sql>, Self>;
            fn as_expression(self) -> Self::Expression {
                Bound::new(self)
            }
        }
        impl<DB: Backend $(, $generic: std::fmt::Debug)?> ToSql<Nullable<$sql>, DB> for $type
        where
            $type: ToSql<$sql, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                <Self as ToSql<$sql, DB>>::to_sql(self, out)
            }
        }
        impl<DB: Backend, ST: SingleValue $(, $generic)?> Queryable<ST, DB> for $type
        where
            Self: FromSql<ST, DB>,
        {
            type Row = Self;
            fn build(row: Self) -> deserialize::Result<Self> {
                Ok(row)
            }
        }
    };
}

macro_rules! ids {
    ($($type:ident),+ $(,)?) => {$(
        bindable!($type, DbUuid);
        impl ToSql<DbUuid, Pg> for $type {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
                std::io::Write::write_all(out, self.uuid().as_bytes())?;
                Ok(IsNull::No)
            }
        }
        impl ToSql<DbUuid, Sqlite> for $type {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
                out.set_value(self.uuid().as_bytes().to_vec());
                Ok(IsNull::No)
            }
        }
        impl FromSql<DbUuid, Pg> for $type {
            fn from_sql(value: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
                Ok(Self::from_uuid(uuid::Uuid::from_slice(value.as_bytes())?))
            }
        }
        impl FromSql<DbUuid, Sqlite> for $type {
            fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
                let bytes = <Vec<u8> as FromSql<Binary, Sqlite>>::from_sql(value)?;
                Ok(Self::from_uuid(uuid::Uuid::from_slice(&bytes)?))
            }
        }
    )+};
}

ids!(
    AdjustmentId,
    AuditId,
    BatchId,
    ChangeId,
    ClickId,
    CodeId,
    CommissionId,
    ConnectionId,
    CustomerId,
    DecisionId,
    DeliveryId,
    EndpointId,
    EventId,
    ImportId,
    InboundId,
    JobId,
    LeaseToken,
    LinkId,
    LoginId,
    MailId,
    PayoutId,
    ProgramId,
    ProposalId,
    ReferralId,
    ReferrerId,
    RefundId,
    RevisionId,
    SaleId,
    SubmissionId,
    TokenId,
    VisitorId,
    AnyId,
);

/// An id whose noun the column leaves open: the cause of a posting, the subject of a letter or event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AnyId(uuid::Uuid);

impl AnyId {
    /// The id that `value` spells.
    #[must_use]
    pub const fn from_uuid(value: uuid::Uuid) -> Self {
        Self(value)
    }

    /// The bare UUID.
    #[must_use]
    pub const fn uuid(self) -> uuid::Uuid {
        self.0
    }
}

bindable!(Instant, DbInstant);

impl ToSql<DbInstant, Pg> for Instant {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        let wire = self.micros().saturating_sub(PG_EPOCH_MICROS);
        <i64 as ToSql<BigInt, Pg>>::to_sql(&wire, &mut out.reborrow())
    }
}

impl ToSql<DbInstant, Sqlite> for Instant {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.micros());
        Ok(IsNull::No)
    }
}

impl FromSql<DbInstant, Pg> for Instant {
    fn from_sql(value: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let wire = <i64 as FromSql<BigInt, Pg>>::from_sql(value)?;
        Ok(Self::from_micros(wire.saturating_add(PG_EPOCH_MICROS)))
    }
}

impl FromSql<DbInstant, Sqlite> for Instant {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        <i64 as FromSql<BigInt, Sqlite>>::from_sql(value).map(Self::from_micros)
    }
}

bindable!(Json<T>, DbJson, T);

impl<T: Serialize + std::fmt::Debug> ToSql<DbJson, Pg> for Json<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        // jsonb's binary form starts with its version, 1.
        std::io::Write::write_all(out, &[1])?;
        serde_json::to_writer(out, &self.0)?;
        Ok(IsNull::No)
    }
}

impl<T: Serialize + std::fmt::Debug> ToSql<DbJson, Sqlite> for Json<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(serde_json::to_string(&self.0)?);
        Ok(IsNull::No)
    }
}

impl<T: DeserializeOwned> FromSql<DbJson, Pg> for Json<T> {
    fn from_sql(value: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        match value.as_bytes().split_first() {
            Some((1, text)) => Ok(Self(serde_json::from_slice(text)?)),
            _ => Err("not a jsonb document of version 1".into()),
        }
    }
}

impl<T: DeserializeOwned> FromSql<DbJson, Sqlite> for Json<T> {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let text = <String as FromSql<Text, Sqlite>>::from_sql(value)?;
        Ok(Self(serde_json::from_str(&text)?))
    }
}

macro_rules! text {
    ($type:ty, $as_text:expr, $from_text:expr) => {
        bindable!($type, Text);
        impl ToSql<Text, Pg> for $type {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
                let text: &'static str = $as_text(*self);
                std::io::Write::write_all(out, text.as_bytes())?;
                Ok(IsNull::No)
            }
        }
        impl ToSql<Text, Sqlite> for $type {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
                let text: &'static str = $as_text(*self);
                out.set_value(text);
                Ok(IsNull::No)
            }
        }
        impl<DB: Backend> FromSql<Text, DB> for $type
        where
            String: FromSql<Text, DB>,
        {
            fn from_sql(value: DB::RawValue<'_>) -> deserialize::Result<Self> {
                let text = <String as FromSql<Text, DB>>::from_sql(value)?;
                $from_text(&text).ok_or_else(|| format!("{text:?} is no {}", stringify!($type)).into())
            }
        }
    };
}

macro_rules! text_enums {
    ($($type:ident { $($variant:ident = $name:literal),+ $(,)? })+) => {$(
        impl $type {
            /// The word in the database.
            #[must_use]
            pub const fn as_db(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }
        text!($type, $type::as_db, |text: &str| match text { $($name => Some($type::$variant),)+ _ => None });
    )+};
}

// After the macros it uses.
mod claims;
mod letters;
mod payouts;

text!(Currency, Currency::code, |text: &str| Currency::parse(text).ok());

text_enums! {
    KeyKind { ExternalId = "external_id", Email = "email", Phone = "phone" }
    Role { Owner = "owner", Accountant = "accountant", Storefront = "storefront", Referrer = "referrer", Publishable = "publishable" }
    LinkKind { Setup = "setup", Reset = "reset", Invite = "invite", SignIn = "sign_in" }
    Mode { Live = "live", Sandbox = "sandbox" }
    ReferrerStatus { Invited = "invited", Active = "active", Paused = "paused" }
    CodeStatus { Active = "active", Retired = "retired" }
    SaleStatus { Placed = "placed", Paid = "paid", Cancelled = "cancelled" }
    VerdictKind { Attributed = "attributed", Unattributed = "unattributed", Held = "held" }
    Reason {
        History = "history", NoEvidence = "no_evidence", NoCustomer = "no_customer", UnknownCode = "unknown_code",
        CodeRetired = "code_retired", ReferrerPaused = "referrer_paused", OutsideWindow = "outside_window",
        SelfReferral = "self_referral", NotFirstSale = "not_first_sale", BelowMinimum = "below_minimum",
        ProgramClosed = "program_closed", CurrencyNotAccepted = "currency_not_accepted", ZeroBase = "zero_base",
        NotPaidYet = "not_paid_yet", OrderCancelled = "order_cancelled", NeedsMatch = "needs_match",
        SuspectedFraud = "suspected_fraud", OverCap = "over_cap", DeniedByOwner = "denied_by_owner",
    }
    CommissionStatus {
        Pending = "pending", Approved = "approved", InPayout = "in_payout", Paid = "paid", Held = "held",
        Rejected = "rejected", Cancelled = "cancelled",
    }
    Account {
        Expense = "expense", OnHold = "on_hold", Ready = "ready", InTransit = "in_transit", Paid = "paid",
        WrittenOff = "written_off", Opening = "opening", Fees = "fees",
    }
    TransferKind {
        Accrue = "accrue", Approve = "approve", Reserve = "reserve", Settle = "settle", Fail = "fail", Return = "return",
        Reverse = "reverse", Adjust = "adjust", Open = "open", Forfeit = "forfeit", Forgive = "forgive",
        Fee = "fee",
    }
    Rail {
        Manual = "manual", Sepa = "sepa", Ach = "ach", Paypal = "paypal", Wise = "wise", StoreCredit = "store_credit",
        Offset = "offset",
    }
    PayoutStatus {
        Pending = "pending", Approved = "approved", Submitting = "submitting", Sent = "sent", Unknown = "unknown", Paid = "paid",
        Failed = "failed", Returned = "returned", Cancelled = "cancelled",
    }
    BatchStatus { Preparing = "preparing", Prepared = "prepared", Approved = "approved", Done = "done", Cancelled = "cancelled" }
    Provider { Paypal = "paypal" }
    SubmissionStatus {
        Waiting = "waiting", Doubtful = "doubtful", Taken = "taken", Done = "done", Refused = "refused", Undecided = "undecided",
    }
    ItemKind { Commission = "commission", Change = "change", Adjustment = "adjustment" }
    AdjustmentKind { Adjust = "adjust", Open = "open", Forfeit = "forfeit", Forgive = "forgive" }
    ChangeCause { Refund = "refund", Cancel = "cancel", Revision = "revision", Decision = "decision" }
    Kind {
        Shopify = "shopify", Woocommerce = "woocommerce", Stripe = "stripe", Generic = "generic", Standard = "standard",
    }
    InboundStatus { Received = "received", Applied = "applied", Ignored = "ignored", Failed = "failed" }
    CouponStatus { Waiting = "waiting", InShop = "in_shop", Disabled = "disabled", Failed = "failed" }
    JobStatus { Ready = "ready", Running = "running", Dead = "dead" }
    EndpointStatus { Enabled = "enabled", Disabled = "disabled" }
    WhyDisabled { Owner = "owner", Gone = "gone", Failing = "failing" }
    DeliveryStatus { Waiting = "waiting", Delivered = "delivered", Failed = "failed" }
    ImportKind { Customers = "customers", Orders = "orders" }
    ImportStatus { Waiting = "waiting", Running = "running", Done = "done", Failed = "failed" }
    RowOutcome {
        Recorded = "recorded", Filed = "filed", Known = "known", Differs = "differs", Refunded = "refunded", Parked = "parked",
        Skipped = "skipped", Refused = "refused",
    }
    HintKind { ExternalId = "external_id", Email = "email", Phone = "phone", Name = "name" }
}

/// What made a commission change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeCause {
    /// Money went back to the buyer.
    Refund,
    /// The order was cancelled.
    Cancel,
    /// The order was reported again with other content.
    Revision,
    /// The owner decided.
    Decision,
}

/// What the buyer named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum HintKind {
    /// The storefront's customer id.
    ExternalId,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// A bare name.
    Name,
}
