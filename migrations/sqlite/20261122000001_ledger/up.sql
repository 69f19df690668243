-- Ids are UUIDv7 made by the service as 16 bytes, instants microseconds since 1970 UTC, booleans 0 or 1.

CREATE TABLE settings (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tokens (
    id BLOB NOT NULL PRIMARY KEY,
    role TEXT NOT NULL,
    mode TEXT NOT NULL,
    source TEXT,
    referrer_id BLOB,
    origin TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    last_used_at INTEGER,
    revoked_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE idempotency_keys (
    principal TEXT NOT NULL,
    key TEXT NOT NULL,
    request TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (principal, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE programs (
    id BLOB NOT NULL PRIMARY KEY,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE terms (
    program_id BLOB NOT NULL REFERENCES programs (id),
    version INTEGER NOT NULL CHECK (version > 0),
    valid_from INTEGER NOT NULL,
    actor TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (program_id, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE customers (
    id BLOB NOT NULL PRIMARY KEY,
    name TEXT,
    name_folded TEXT,
    first_order_at INTEGER,
    orders_before INTEGER NOT NULL CHECK (orders_before >= 0),
    history_since INTEGER,
    tier TEXT,
    introduced INTEGER NOT NULL,
    locale TEXT CHECK (locale IN ('en', 'de')),
    metadata TEXT NOT NULL,
    merged_into BLOB REFERENCES customers (id),
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX customers_merged ON customers (merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE customer_keys (
    kind TEXT NOT NULL,
    source TEXT NOT NULL,
    value TEXT NOT NULL,
    shown TEXT NOT NULL,
    customer_id BLOB NOT NULL,
    PRIMARY KEY (value, kind, source)
) STRICT, WITHOUT ROWID;
CREATE INDEX customer_keys_by_customer ON customer_keys (customer_id);

CREATE TABLE merge_proposals (
    id BLOB NOT NULL PRIMARY KEY,
    kept_id BLOB NOT NULL REFERENCES customers (id),
    other_id BLOB NOT NULL REFERENCES customers (id),
    created_at INTEGER NOT NULL,
    resolved_at INTEGER,
    UNIQUE (kept_id, other_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE referrers (
    id BLOB NOT NULL PRIMARY KEY,
    program_id BLOB NOT NULL REFERENCES programs (id),
    customer_id BLOB NOT NULL REFERENCES customers (id),
    status TEXT NOT NULL CHECK (status IN ('invited', 'active', 'paused')),
    metadata TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (program_id, customer_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX referrers_by_customer ON referrers (customer_id);

CREATE TABLE codes (
    id BLOB NOT NULL PRIMARY KEY,
    referrer_id BLOB NOT NULL REFERENCES referrers (id),
    code TEXT NOT NULL UNIQUE,
    skeleton TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL CHECK (status IN ('active', 'retired')),
    destination TEXT,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX codes_by_referrer ON codes (referrer_id);

CREATE TABLE clicks (
    id BLOB NOT NULL PRIMARY KEY,
    code_id BLOB NOT NULL,
    referrer_id BLOB NOT NULL,
    visitor BLOB NOT NULL,
    at INTEGER NOT NULL,
    embedded INTEGER NOT NULL,
    block BLOB
) STRICT, WITHOUT ROWID;
CREATE INDEX clicks_by_visitor ON clicks (visitor, at);

CREATE TABLE sales (
    id BLOB NOT NULL PRIMARY KEY,
    source TEXT NOT NULL,
    order_id TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('placed', 'paid', 'cancelled')),
    customer_id BLOB,
    customer_version INTEGER,
    version INTEGER,
    history INTEGER NOT NULL,
    first_sale INTEGER NOT NULL,
    holds_place INTEGER NOT NULL,
    occurred_at INTEGER NOT NULL,
    paid_at INTEGER,
    due_at INTEGER,
    currency TEXT,
    base INTEGER NOT NULL,
    base_refunded INTEGER NOT NULL,
    total INTEGER NOT NULL,
    total_disagrees INTEGER NOT NULL,
    over_refunded INTEGER NOT NULL,
    friend_discount INTEGER NOT NULL,
    decision TEXT,
    claimed_by BLOB,
    verdict_seq INTEGER NOT NULL,
    verdict_kind TEXT,
    verdict_reason TEXT,
    referrer_id BLOB,
    metadata TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (order_id, source)
) STRICT, WITHOUT ROWID;
CREATE INDEX sales_by_customer ON sales (customer_id);
CREATE INDEX sales_held ON sales (id) WHERE verdict_kind = 'held';
-- A customer's first sale is one sale.
CREATE UNIQUE INDEX sales_first_place ON sales (customer_id) WHERE holds_place;

CREATE TABLE sale_revisions (
    sale_id BLOB NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 0),
    id BLOB NOT NULL,
    base INTEGER NOT NULL,
    total INTEGER NOT NULL,
    content TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (sale_id, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE sale_lines (
    sale_id BLOB NOT NULL,
    version INTEGER NOT NULL,
    line INTEGER NOT NULL,
    sku TEXT NOT NULL,
    category TEXT,
    quantity INTEGER NOT NULL,
    unit_price INTEGER NOT NULL,
    discount INTEGER NOT NULL,
    commissionable INTEGER NOT NULL,
    PRIMARY KEY (sale_id, version, line)
) STRICT, WITHOUT ROWID;

CREATE TABLE sale_hints (
    sale_id BLOB NOT NULL,
    version INTEGER NOT NULL,
    kind TEXT NOT NULL,
    source TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (sale_id, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE verdicts (
    sale_id BLOB NOT NULL,
    seq INTEGER NOT NULL CHECK (seq > 0),
    version INTEGER NOT NULL,
    program_id BLOB NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('attributed', 'unattributed', 'held')),
    reason TEXT,
    referrer_id BLOB,
    code TEXT,
    evidence TEXT,
    terms_version INTEGER NOT NULL,
    inputs TEXT NOT NULL,
    actor TEXT NOT NULL,
    note TEXT,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (sale_id, seq),
    CHECK ((kind = 'attributed') = (referrer_id IS NOT NULL AND reason IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE referrals (
    id BLOB NOT NULL PRIMARY KEY,
    program_id BLOB NOT NULL REFERENCES programs (id),
    customer_id BLOB NOT NULL REFERENCES customers (id),
    referrer_id BLOB NOT NULL REFERENCES referrers (id),
    code TEXT,
    terms_version INTEGER NOT NULL,
    sale_id BLOB NOT NULL,
    since INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    ended_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX referrals_live ON referrals (customer_id, program_id) WHERE ended_at IS NULL;

CREATE TABLE commissions (
    id BLOB NOT NULL PRIMARY KEY,
    program_id BLOB NOT NULL,
    sale_id BLOB NOT NULL REFERENCES sales (id),
    kind TEXT NOT NULL CHECK (kind = 'sale' OR substr(kind, 1, 6) = 'bonus_'),
    live INTEGER NOT NULL,
    referrer_id BLOB NOT NULL REFERENCES referrers (id),
    verdict_seq INTEGER NOT NULL,
    terms_version INTEGER NOT NULL,
    currency TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount >= 0),
    net INTEGER NOT NULL CHECK (net >= 0),
    changes INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'approved', 'in_payout', 'paid', 'held', 'rejected', 'cancelled')),
    due_at INTEGER NOT NULL,
    approved_at INTEGER,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX commissions_live ON commissions (sale_id, kind) WHERE live;
-- The bonus for the n-th deal (kind bonus_n) goes to a referrer once.
CREATE UNIQUE INDEX commissions_bonus ON commissions (referrer_id, kind) WHERE live AND kind <> 'sale';
CREATE INDEX commissions_due ON commissions (due_at) WHERE status = 'pending';
CREATE INDEX commissions_by_referrer ON commissions (referrer_id, id);
-- What a batch of payouts looks through: nothing that was paid and left alone.
CREATE INDEX commissions_open ON commissions (referrer_id) WHERE status IN ('approved', 'cancelled');
CREATE INDEX commissions_changed ON commissions (referrer_id) WHERE changes > 0;

CREATE TABLE commission_changes (
    id BLOB NOT NULL PRIMARY KEY,
    commission_id BLOB NOT NULL REFERENCES commissions (id),
    seq INTEGER NOT NULL CHECK (seq > 0),
    cause TEXT NOT NULL CHECK (cause IN ('refund', 'cancel', 'revision', 'decision')),
    cause_id BLOB NOT NULL,
    verdict_seq INTEGER NOT NULL,
    base INTEGER NOT NULL,
    base_refunded INTEGER NOT NULL,
    returned TEXT,
    amount INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (commission_id, seq),
    UNIQUE (commission_id, cause, cause_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE refunds (
    id BLOB NOT NULL PRIMARY KEY,
    source TEXT NOT NULL,
    refund_id TEXT NOT NULL,
    sale_id BLOB NOT NULL REFERENCES sales (id),
    content TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (source, refund_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX refunds_by_sale ON refunds (sale_id);

CREATE TABLE adjustments (
    id BLOB NOT NULL PRIMARY KEY,
    referrer_id BLOB NOT NULL REFERENCES referrers (id),
    kind TEXT NOT NULL CHECK (kind IN ('adjust', 'open', 'forfeit', 'forgive')),
    currency TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount <> 0),
    reason TEXT NOT NULL,
    actor TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX adjustments_by_referrer ON adjustments (referrer_id, currency);

CREATE TABLE transfers (
    cause_id BLOB NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('accrue', 'approve', 'reserve', 'settle', 'fail', 'return', 'reverse', 'adjust', 'open', 'forfeit', 'forgive', 'fee')),
    referrer_id BLOB NOT NULL REFERENCES referrers (id),
    currency TEXT NOT NULL,
    from_account TEXT NOT NULL,
    to_account TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    posted_at INTEGER NOT NULL,
    PRIMARY KEY (cause_id, kind),
    CHECK (from_account <> to_account)
) STRICT, WITHOUT ROWID;
CREATE INDEX transfers_by_referrer ON transfers (referrer_id, currency, posted_at);

CREATE TABLE balances (
    referrer_id BLOB NOT NULL REFERENCES referrers (id),
    currency TEXT NOT NULL,
    expense INTEGER NOT NULL,
    on_hold INTEGER NOT NULL,
    ready INTEGER NOT NULL,
    in_transit INTEGER NOT NULL CHECK (in_transit >= 0),
    paid INTEGER NOT NULL,
    written_off INTEGER NOT NULL,
    opening INTEGER NOT NULL,
    fees INTEGER NOT NULL,
    PRIMARY KEY (referrer_id, currency)
) STRICT, WITHOUT ROWID;

CREATE TABLE payout_batches (
    id BLOB NOT NULL PRIMARY KEY,
    program_id BLOB NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('preparing', 'prepared', 'approved', 'done', 'cancelled')),
    cutoff INTEGER NOT NULL,
    bounded INTEGER NOT NULL,
    sweep INTEGER NOT NULL,
    scheduled_for TEXT UNIQUE,
    terms_version INTEGER NOT NULL,
    prepared_to BLOB,
    touched_at INTEGER NOT NULL,
    hash TEXT,
    prepared_by TEXT NOT NULL,
    approved_by TEXT,
    created_at INTEGER NOT NULL,
    approved_at INTEGER
) STRICT, WITHOUT ROWID;
-- A batch that was left in the middle is taken up again.
CREATE INDEX payout_batches_open ON payout_batches (id) WHERE status = 'preparing';

CREATE TABLE payouts (
    id BLOB NOT NULL PRIMARY KEY,
    program_id BLOB NOT NULL,
    batch_id BLOB NOT NULL REFERENCES payout_batches (id),
    referrer_id BLOB NOT NULL REFERENCES referrers (id),
    currency TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount >= 0),
    rail TEXT NOT NULL CHECK (rail IN ('manual', 'sepa', 'ach', 'paypal', 'wise', 'store_credit', 'offset')),
    status TEXT NOT NULL CHECK (
        status IN ('pending', 'approved', 'submitting', 'sent', 'unknown', 'paid', 'failed', 'returned', 'cancelled')
    ),
    idempotency_key TEXT NOT NULL UNIQUE,
    reference TEXT,
    reason TEXT,
    method_version INTEGER,
    account TEXT,
    details TEXT,
    exported_as TEXT,
    created_at INTEGER NOT NULL,
    approved_at INTEGER,
    settled_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX payouts_by_batch ON payouts (batch_id, referrer_id);
CREATE INDEX payouts_by_referrer ON payouts (referrer_id);
CREATE INDEX payouts_by_status ON payouts (status, rail);

CREATE TABLE payout_lines (
    payout_id BLOB NOT NULL REFERENCES payouts (id),
    item_kind TEXT NOT NULL CHECK (item_kind IN ('commission', 'change', 'adjustment')),
    item_id BLOB NOT NULL,
    amount INTEGER NOT NULL,
    released_at INTEGER,
    PRIMARY KEY (payout_id, item_kind, item_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX payout_lines_open ON payout_lines (item_id, item_kind) WHERE released_at IS NULL;

CREATE TABLE jobs (
    id BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    dedupe_key TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('ready', 'running', 'dead')),
    payload TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    run_at INTEGER NOT NULL,
    lease_token BLOB,
    lease_until INTEGER,
    last_error TEXT,
    created_at INTEGER NOT NULL,
    UNIQUE (dedupe_key, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX jobs_waiting ON jobs (kind, run_at) WHERE status = 'ready';
CREATE INDEX jobs_leased ON jobs (lease_until) WHERE status = 'running';

CREATE TABLE chores (
    name TEXT NOT NULL PRIMARY KEY,
    lease_token BLOB NOT NULL,
    lease_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE mails (
    id BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    subject_id BLOB NOT NULL,
    referrer_id BLOB NOT NULL,
    message_id TEXT NOT NULL,
    told_in BLOB,
    recipient TEXT,
    status TEXT NOT NULL CHECK (status IN ('queued', 'sent', 'bundled', 'declined', 'undeliverable', 'discarded')),
    created_at INTEGER NOT NULL,
    ended_at INTEGER,
    UNIQUE (subject_id, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX mails_by_referrer ON mails (referrer_id, kind, ended_at);
CREATE INDEX mails_told_in ON mails (told_in) WHERE told_in IS NOT NULL;

CREATE TABLE mail_optouts (
    referrer_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (referrer_id, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
    id BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    subject_id BLOB NOT NULL,
    data TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE audit_log (
    id BLOB NOT NULL PRIMARY KEY,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject_id BLOB NOT NULL,
    detail TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Append-only tables: what was promised and posted is never rewritten. REPLACE deletes before it inserts, and
-- delete triggers see that only with recursive_triggers, so an insert over an existing row is refused as well.

CREATE TRIGGER terms_no_update BEFORE UPDATE ON terms BEGIN SELECT RAISE(ABORT, 'terms is append-only'); END;
CREATE TRIGGER terms_no_delete BEFORE DELETE ON terms BEGIN SELECT RAISE(ABORT, 'terms is append-only'); END;
CREATE TRIGGER terms_no_replace BEFORE INSERT ON terms WHEN EXISTS (SELECT 1 FROM terms WHERE program_id = NEW.program_id AND version = NEW.version)
BEGIN SELECT RAISE(ABORT, 'terms is append-only'); END;

CREATE TRIGGER sale_revisions_no_update BEFORE UPDATE ON sale_revisions BEGIN SELECT RAISE(ABORT, 'sale_revisions is append-only'); END;
CREATE TRIGGER sale_revisions_no_delete BEFORE DELETE ON sale_revisions BEGIN SELECT RAISE(ABORT, 'sale_revisions is append-only'); END;
CREATE TRIGGER sale_revisions_no_replace BEFORE INSERT ON sale_revisions WHEN EXISTS (SELECT 1 FROM sale_revisions WHERE sale_id = NEW.sale_id AND version = NEW.version)
BEGIN SELECT RAISE(ABORT, 'sale_revisions is append-only'); END;

CREATE TRIGGER sale_lines_no_update BEFORE UPDATE ON sale_lines BEGIN SELECT RAISE(ABORT, 'sale_lines is append-only'); END;
CREATE TRIGGER sale_lines_no_delete BEFORE DELETE ON sale_lines BEGIN SELECT RAISE(ABORT, 'sale_lines is append-only'); END;
CREATE TRIGGER sale_lines_no_replace BEFORE INSERT ON sale_lines WHEN EXISTS (SELECT 1 FROM sale_lines WHERE sale_id = NEW.sale_id AND version = NEW.version AND line = NEW.line)
BEGIN SELECT RAISE(ABORT, 'sale_lines is append-only'); END;

CREATE TRIGGER verdicts_no_update BEFORE UPDATE ON verdicts BEGIN SELECT RAISE(ABORT, 'verdicts is append-only'); END;
CREATE TRIGGER verdicts_no_delete BEFORE DELETE ON verdicts BEGIN SELECT RAISE(ABORT, 'verdicts is append-only'); END;
CREATE TRIGGER verdicts_no_replace BEFORE INSERT ON verdicts WHEN EXISTS (SELECT 1 FROM verdicts WHERE sale_id = NEW.sale_id AND seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'verdicts is append-only'); END;

CREATE TRIGGER commission_changes_no_update BEFORE UPDATE ON commission_changes BEGIN SELECT RAISE(ABORT, 'commission_changes is append-only'); END;
CREATE TRIGGER commission_changes_no_delete BEFORE DELETE ON commission_changes BEGIN SELECT RAISE(ABORT, 'commission_changes is append-only'); END;
CREATE TRIGGER commission_changes_no_replace BEFORE INSERT ON commission_changes WHEN EXISTS (SELECT 1 FROM commission_changes WHERE (id = NEW.id) OR (commission_id = NEW.commission_id AND seq = NEW.seq))
BEGIN SELECT RAISE(ABORT, 'commission_changes is append-only'); END;

CREATE TRIGGER adjustments_no_update BEFORE UPDATE ON adjustments BEGIN SELECT RAISE(ABORT, 'adjustments is append-only'); END;
CREATE TRIGGER adjustments_no_delete BEFORE DELETE ON adjustments BEGIN SELECT RAISE(ABORT, 'adjustments is append-only'); END;
CREATE TRIGGER adjustments_no_replace BEFORE INSERT ON adjustments WHEN EXISTS (SELECT 1 FROM adjustments WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'adjustments is append-only'); END;

CREATE TRIGGER transfers_no_update BEFORE UPDATE ON transfers BEGIN SELECT RAISE(ABORT, 'transfers is append-only'); END;
CREATE TRIGGER transfers_no_delete BEFORE DELETE ON transfers BEGIN SELECT RAISE(ABORT, 'transfers is append-only'); END;
CREATE TRIGGER transfers_no_replace BEFORE INSERT ON transfers WHEN EXISTS (SELECT 1 FROM transfers WHERE cause_id = NEW.cause_id AND kind = NEW.kind)
BEGIN SELECT RAISE(ABORT, 'transfers is append-only'); END;

CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END;
CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END;
CREATE TRIGGER audit_log_no_replace BEFORE INSERT ON audit_log WHEN EXISTS (SELECT 1 FROM audit_log WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END;
