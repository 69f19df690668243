//! Referrers and their codes.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

use super::customers::known_to;
use super::schema::{codes, customers, mail_optouts, mails, referrers};
use super::types::{AnyId, Json};
use super::{Conn, DbResult, Tx};
use crate::domain::code::{Code, Skeleton};
use crate::domain::customer::Metadata;
use crate::domain::id::{CodeId, CustomerId, MailId, ProgramId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::notice::Notice;
use crate::domain::principal::Scope;
use crate::domain::referrer::{CodeStatus, ReferrerStatus};

/// A customer enrolled to introduce others.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = referrers, treat_none_as_default_value = false)]
pub struct Referrer {
    /// The referrer.
    pub id: ReferrerId,
    /// The one program.
    pub program_id: ProgramId,
    /// Who he is.
    pub customer_id: CustomerId,
    /// Where he stands.
    pub status: ReferrerStatus,
    /// The shop's own words.
    pub metadata: Json<Metadata>,
    /// When he was enrolled or named.
    pub created_at: Instant,
    /// When he was erased; paused for good since.
    pub erased_at: Option<Instant>,
}

columns!(Referrer, referrers(id, program_id, customer_id, status, metadata, created_at, erased_at), if_free);

/// A code and its owner.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = codes, treat_none_as_default_value = false)]
pub struct CodeRow {
    /// The code's id.
    pub id: CodeId,
    /// Whose.
    pub referrer_id: ReferrerId,
    /// The one spelling.
    pub code: String,
    /// What look-alikes share.
    pub skeleton: String,
    /// Whether it earns.
    pub status: CodeStatus,
    /// Where its link leads, if not to the shop's front page.
    pub destination: Option<String>,
    /// When it was made.
    pub created_at: Instant,
}

impl CodeRow {
    /// A new active code.
    #[must_use]
    pub fn new(code: &Code, referrer_id: ReferrerId, now: Instant) -> Self {
        Self {
            id: CodeId::new(now),
            referrer_id,
            code: code.as_str().to_owned(),
            skeleton: code.skeleton().as_str().to_owned(),
            status: CodeStatus::Active,
            destination: None,
            created_at: now,
        }
    }
}

/// The referrers that the given customers are.
///
/// # Errors
/// What the database reports.
pub fn of_customers(conn: &mut Conn<'_>, ids: &[CustomerId]) -> DbResult<Vec<Referrer>> {
    on_db!(conn, c => referrers::table.filter(referrers::customer_id.eq_any(ids)).select(Referrer::as_select()).load(c))
}

/// The given referrers.
///
/// # Errors
/// What the database reports.
pub fn find_all(conn: &mut Conn<'_>, ids: &[ReferrerId]) -> DbResult<Vec<Referrer>> {
    on_db!(conn, c => referrers::table.filter(referrers::id.eq_any(ids)).select(Referrer::as_select()).load(c))
}

/// One referrer.
///
/// # Errors
/// What the database reports.
pub fn find(conn: &mut Conn<'_>, id: ReferrerId) -> DbResult<Option<Referrer>> {
    on_db!(conn, c => referrers::table.find(id).select(Referrer::as_select()).first(c).optional())
}

/// Locks the given referrers, ascending by id, and reads them after the lock.
///
/// # Errors
/// What the database reports.
pub fn lock(tx: &mut Tx<'_>, ids: &[ReferrerId]) -> DbResult<Vec<Referrer>> {
    load_locked!(tx, referrers::table.filter(referrers::id.eq_any(ids)).order(referrers::id).select(Referrer::as_select()))
}

/// Adds a referrer.
///
/// # Errors
/// `lost_race` when another process enrolled the customer first; else what the database reports.
pub fn insert(tx: &mut Tx<'_>, row: &Referrer) -> DbResult<()> {
    super::columns::insert(tx, std::slice::from_ref(row))
}

/// Codes by what look-alikes share.
///
/// # Errors
/// What the database reports.
pub fn codes_by_skeleton(conn: &mut Conn<'_>, skeletons: &[Skeleton]) -> DbResult<Vec<CodeRow>> {
    let texts: Vec<&str> = skeletons.iter().map(Skeleton::as_str).collect();
    on_db!(conn, c => codes::table.filter(codes::skeleton.eq_any(texts)).select(CodeRow::as_select()).load(c))
}

/// The given codes.
///
/// # Errors
/// What the database reports.
pub fn codes_by_id(conn: &mut Conn<'_>, ids: &[CodeId]) -> DbResult<Vec<CodeRow>> {
    on_db!(conn, c => codes::table.filter(codes::id.eq_any(ids)).select(CodeRow::as_select()).load(c))
}

/// One referrer, if he is in `scope`: a storefront knows the referrers among its customers.
///
/// # Errors
/// What the database reports.
pub fn find_in(conn: &mut Conn<'_>, id: ReferrerId, scope: &Scope) -> DbResult<Option<Referrer>> {
    match scope {
        Scope::All => find(conn, id),
        Scope::Referrer(own) if *own == id => find(conn, id),
        Scope::Referrer(_) | Scope::Nothing => Ok(None),
        Scope::Source(source) => on_db!(conn, c => referrers::table
            .inner_join(customers::table.on(customers::id.eq(referrers::customer_id)))
            .filter(referrers::id.eq(id))
            .filter(known_to!(source))
            .select(Referrer::as_select())
            .first(c)
            .optional()),
    }
}

/// Referrers in the order they were enrolled, after `after`.
///
/// # Errors
/// What the database reports.
pub fn list(
    conn: &mut Conn<'_>,
    status: Option<ReferrerStatus>,
    scope: &Scope,
    after: Option<ReferrerId>,
    limit: i64,
) -> DbResult<Vec<Referrer>> {
    on_db!(conn, c => {
        let mut query = referrers::table
            .inner_join(customers::table.on(customers::id.eq(referrers::customer_id)))
            .select(Referrer::as_select())
            .into_boxed();
        match scope {
            Scope::All => {}
            Scope::Source(source) => query = query.filter(known_to!(source)),
            Scope::Referrer(own) => query = query.filter(referrers::id.eq(own)),
            Scope::Nothing => return Ok(Vec::new()),
        }
        if let Some(status) = status {
            query = query.filter(referrers::status.eq(status));
        }
        if let Some(after) = after {
            query = query.filter(referrers::id.gt(after));
        }
        query.order(referrers::id).limit(limit).load(c)
    })
}

/// Writes back a referrer read under lock.
///
/// # Errors
/// What the database reports.
pub fn update(tx: &mut Tx<'_>, row: &Referrer) -> DbResult<()> {
    on_db!(tx, c => diesel::update(referrers::table.find(row.id))
        .set((
            referrers::customer_id.eq(row.customer_id),
            referrers::status.eq(row.status),
            referrers::metadata.eq(&row.metadata),
        ))
        .execute(c)
        .map(drop))
}

/// All codes of the given referrers, each one's oldest first.
///
/// # Errors
/// What the database reports.
pub fn codes_of(conn: &mut Conn<'_>, ids: &[ReferrerId]) -> DbResult<Vec<CodeRow>> {
    on_db!(conn, c => codes::table
        .filter(codes::referrer_id.eq_any(ids))
        .order((codes::referrer_id, codes::created_at, codes::id))
        .select(CodeRow::as_select())
        .load(c))
}

/// Adds a code under its referrer's lock. Returns whether it was free.
///
/// # Errors
/// What the database reports.
pub fn insert_code(tx: &mut Tx<'_>, row: &CodeRow) -> DbResult<bool> {
    let inserted = on_db!(tx, c => diesel::insert_into(codes::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(inserted == 1)
}

/// Writes back a code read under its referrer's lock.
///
/// # Errors
/// What the database reports.
pub fn update_code(tx: &mut Tx<'_>, row: &CodeRow) -> DbResult<()> {
    on_db!(tx, c => diesel::update(codes::table.find(row.id))
        .set((codes::status.eq(row.status), codes::destination.eq(&row.destination)))
        .execute(c)
        .map(drop))
}

/// Gives all codes of `from` to `to`; both are locked.
///
/// # Errors
/// What the database reports.
pub fn move_codes(tx: &mut Tx<'_>, from: ReferrerId, to: ReferrerId) -> DbResult<()> {
    on_db!(tx, c => diesel::update(codes::table.filter(codes::referrer_id.eq(from)))
        .set(codes::referrer_id.eq(to))
        .execute(c)
        .map(drop))
}

/// Whether he was ever welcomed: what tells an enrolled referrer from one who was only named.
///
/// # Errors
/// What the database reports.
pub fn was_welcomed(conn: &mut Conn<'_>, id: ReferrerId) -> DbResult<bool> {
    let subject = AnyId::from_uuid(id.uuid());
    let query = mails::table.filter(mails::subject_id.eq(subject)).filter(mails::kind.eq(Notice::Welcome));
    on_db!(conn, c => diesel::select(diesel::dsl::exists(query)).get_result(c))
}

/// To whom a letter goes, and its kind.
///
/// # Errors
/// What the database reports.
pub fn addressee(conn: &mut Conn<'_>, mail: MailId) -> DbResult<Option<(ReferrerId, Notice)>> {
    on_db!(conn, c => mails::table.find(mail).select((mails::referrer_id, mails::kind)).first(c).optional())
}

/// Notes that a referrer wants no more letters of this kind; noted before, it stays as it is.
///
/// # Errors
/// What the database reports.
pub fn insert_optout(tx: &mut Tx<'_>, id: ReferrerId, kind: Notice, now: Instant) -> DbResult<()> {
    on_db!(tx, c => diesel::insert_into(mail_optouts::table)
        .values((mail_optouts::referrer_id.eq(id), mail_optouts::kind.eq(kind), mail_optouts::created_at.eq(now)))
        .on_conflict_do_nothing()
        .execute(c)
        .map(drop))
}
