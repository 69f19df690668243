-- Ids are UUIDv7 made by the service, instants UTC to the microsecond, money minor units in BIGINT.

CREATE TABLE settings (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE tokens (
    id UUID NOT NULL PRIMARY KEY,
    role TEXT NOT NULL,
    mode TEXT NOT NULL,
    source TEXT,
    referrer_id UUID,
    origin TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    last_used_at TIMESTAMPTZ,
    revoked_at TIMESTAMPTZ
);

CREATE TABLE idempotency_keys (
    principal TEXT NOT NULL,
    key TEXT NOT NULL,
    request TEXT NOT NULL,
    status BIGINT NOT NULL,
    body TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (principal, key)
);

CREATE TABLE programs (
    id UUID NOT NULL PRIMARY KEY,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE terms (
    program_id UUID NOT NULL REFERENCES programs (id),
    version BIGINT NOT NULL CHECK (version > 0),
    valid_from TIMESTAMPTZ NOT NULL,
    actor TEXT NOT NULL,
    body JSONB NOT NULL,
    PRIMARY KEY (program_id, version)
);

CREATE TABLE customers (
    id UUID NOT NULL PRIMARY KEY,
    name TEXT,
    name_folded TEXT,
    first_order_at TIMESTAMPTZ,
    orders_before BIGINT NOT NULL CHECK (orders_before >= 0),
    history_since TIMESTAMPTZ,
    tier TEXT,
    introduced BOOLEAN NOT NULL,
    locale TEXT CHECK (locale IN ('en', 'de')),
    metadata JSONB NOT NULL,
    merged_into UUID REFERENCES customers (id),
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX customers_merged ON customers (merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE customer_keys (
    kind TEXT NOT NULL,
    source TEXT NOT NULL,
    value TEXT NOT NULL,
    shown TEXT NOT NULL,
    customer_id UUID NOT NULL,
    PRIMARY KEY (value, kind, source)
);
CREATE INDEX customer_keys_by_customer ON customer_keys (customer_id);

CREATE TABLE merge_proposals (
    id UUID NOT NULL PRIMARY KEY,
    kept_id UUID NOT NULL REFERENCES customers (id),
    other_id UUID NOT NULL REFERENCES customers (id),
    created_at TIMESTAMPTZ NOT NULL,
    resolved_at TIMESTAMPTZ,
    UNIQUE (kept_id, other_id)
);

CREATE TABLE referrers (
    id UUID NOT NULL PRIMARY KEY,
    program_id UUID NOT NULL REFERENCES programs (id),
    customer_id UUID NOT NULL REFERENCES customers (id),
    status TEXT NOT NULL CHECK (status IN ('invited', 'active', 'paused')),
    metadata JSONB NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    UNIQUE (program_id, customer_id)
);
CREATE INDEX referrers_by_customer ON referrers (customer_id);

CREATE TABLE codes (
    id UUID NOT NULL PRIMARY KEY,
    referrer_id UUID NOT NULL REFERENCES referrers (id),
    code TEXT NOT NULL UNIQUE,
    skeleton TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL CHECK (status IN ('active', 'retired')),
    destination TEXT,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX codes_by_referrer ON codes (referrer_id);

CREATE TABLE clicks (
    id UUID NOT NULL PRIMARY KEY,
    code_id UUID NOT NULL,
    referrer_id UUID NOT NULL,
    visitor UUID NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    embedded BOOLEAN NOT NULL,
    block UUID
);
CREATE INDEX clicks_by_visitor ON clicks (visitor, at);

CREATE TABLE sales (
    id UUID NOT NULL PRIMARY KEY,
    source TEXT NOT NULL,
    order_id TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('placed', 'paid', 'cancelled')),
    customer_id UUID,
    customer_version BIGINT,
    version BIGINT,
    history BOOLEAN NOT NULL,
    first_sale BOOLEAN NOT NULL,
    holds_place BOOLEAN NOT NULL,
    occurred_at TIMESTAMPTZ NOT NULL,
    paid_at TIMESTAMPTZ,
    due_at TIMESTAMPTZ,
    currency TEXT,
    base BIGINT NOT NULL,
    base_refunded BIGINT NOT NULL,
    total BIGINT NOT NULL,
    total_disagrees BOOLEAN NOT NULL,
    over_refunded BOOLEAN NOT NULL,
    friend_discount BIGINT NOT NULL,
    decision JSONB,
    claimed_by UUID,
    verdict_seq BIGINT NOT NULL,
    verdict_kind TEXT,
    verdict_reason TEXT,
    referrer_id UUID,
    metadata JSONB NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    UNIQUE (order_id, source)
);
CREATE INDEX sales_by_customer ON sales (customer_id);
CREATE INDEX sales_held ON sales (id) WHERE verdict_kind = 'held';
-- A customer's first sale is one sale.
CREATE UNIQUE INDEX sales_first_place ON sales (customer_id) WHERE holds_place;

CREATE TABLE sale_revisions (
    sale_id UUID NOT NULL,
    version BIGINT NOT NULL CHECK (version >= 0),
    id UUID NOT NULL,
    base BIGINT NOT NULL,
    total BIGINT NOT NULL,
    content JSONB NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (sale_id, version)
);

CREATE TABLE sale_lines (
    sale_id UUID NOT NULL,
    version BIGINT NOT NULL,
    line BIGINT NOT NULL,
    sku TEXT NOT NULL,
    category TEXT,
    quantity BIGINT NOT NULL,
    unit_price BIGINT NOT NULL,
    discount BIGINT NOT NULL,
    commissionable BOOLEAN NOT NULL,
    PRIMARY KEY (sale_id, version, line)
);

CREATE TABLE sale_hints (
    sale_id UUID NOT NULL,
    version BIGINT NOT NULL,
    kind TEXT NOT NULL,
    source TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (sale_id, version)
);

CREATE TABLE verdicts (
    sale_id UUID NOT NULL,
    seq BIGINT NOT NULL CHECK (seq > 0),
    version BIGINT NOT NULL,
    program_id UUID NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('attributed', 'unattributed', 'held')),
    reason TEXT,
    referrer_id UUID,
    code TEXT,
    evidence TEXT,
    terms_version BIGINT NOT NULL,
    inputs JSONB NOT NULL,
    actor TEXT NOT NULL,
    note TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (sale_id, seq),
    CHECK ((kind = 'attributed') = (referrer_id IS NOT NULL AND reason IS NULL))
);

CREATE TABLE referrals (
    id UUID NOT NULL PRIMARY KEY,
    program_id UUID NOT NULL REFERENCES programs (id),
    customer_id UUID NOT NULL REFERENCES customers (id),
    referrer_id UUID NOT NULL REFERENCES referrers (id),
    code TEXT,
    terms_version BIGINT NOT NULL,
    sale_id UUID NOT NULL,
    since TIMESTAMPTZ NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ
);
CREATE UNIQUE INDEX referrals_live ON referrals (customer_id, program_id) WHERE ended_at IS NULL;

CREATE TABLE commissions (
    id UUID NOT NULL PRIMARY KEY,
    program_id UUID NOT NULL,
    sale_id UUID NOT NULL REFERENCES sales (id),
    kind TEXT NOT NULL CHECK (kind = 'sale' OR substr(kind, 1, 6) = 'bonus_'),
    live BOOLEAN NOT NULL,
    referrer_id UUID NOT NULL REFERENCES referrers (id),
    verdict_seq BIGINT NOT NULL,
    terms_version BIGINT NOT NULL,
    currency TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount >= 0),
    net BIGINT NOT NULL CHECK (net >= 0),
    changes BIGINT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'approved', 'in_payout', 'paid', 'held', 'rejected', 'cancelled')),
    due_at TIMESTAMPTZ NOT NULL,
    approved_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX commissions_live ON commissions (sale_id, kind) WHERE live;
-- The bonus for the n-th deal (kind bonus_n) goes to a referrer once.
CREATE UNIQUE INDEX commissions_bonus ON commissions (referrer_id, kind) WHERE live AND kind <> 'sale';
CREATE INDEX commissions_due ON commissions (due_at) WHERE status = 'pending';
CREATE INDEX commissions_by_referrer ON commissions (referrer_id, id);
-- What a batch of payouts looks through: nothing that was paid and left alone.
CREATE INDEX commissions_open ON commissions (referrer_id) WHERE status IN ('approved', 'cancelled');
CREATE INDEX commissions_changed ON commissions (referrer_id) WHERE changes > 0;

CREATE TABLE commission_changes (
    id UUID NOT NULL PRIMARY KEY,
    commission_id UUID NOT NULL REFERENCES commissions (id),
    seq BIGINT NOT NULL CHECK (seq > 0),
    cause TEXT NOT NULL CHECK (cause IN ('refund', 'cancel', 'revision', 'decision')),
    cause_id UUID NOT NULL,
    verdict_seq BIGINT NOT NULL,
    base BIGINT NOT NULL,
    base_refunded BIGINT NOT NULL,
    returned JSONB,
    amount BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    UNIQUE (commission_id, seq),
    UNIQUE (commission_id, cause, cause_id)
);

CREATE TABLE refunds (
    id UUID NOT NULL PRIMARY KEY,
    source TEXT NOT NULL,
    refund_id TEXT NOT NULL,
    sale_id UUID NOT NULL REFERENCES sales (id),
    content JSONB NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    UNIQUE (source, refund_id)
);
CREATE INDEX refunds_by_sale ON refunds (sale_id);

CREATE TABLE adjustments (
    id UUID NOT NULL PRIMARY KEY,
    referrer_id UUID NOT NULL REFERENCES referrers (id),
    kind TEXT NOT NULL CHECK (kind IN ('adjust', 'open', 'forfeit', 'forgive')),
    currency TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount <> 0),
    reason TEXT NOT NULL,
    actor TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX adjustments_by_referrer ON adjustments (referrer_id, currency);

CREATE TABLE transfers (
    cause_id UUID NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('accrue', 'approve', 'reserve', 'settle', 'fail', 'return', 'reverse', 'adjust', 'open', 'forfeit', 'forgive', 'fee')),
    referrer_id UUID NOT NULL REFERENCES referrers (id),
    currency TEXT NOT NULL,
    from_account TEXT NOT NULL,
    to_account TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    posted_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (cause_id, kind),
    CHECK (from_account <> to_account)
);
CREATE INDEX transfers_by_referrer ON transfers (referrer_id, currency, posted_at);

CREATE TABLE balances (
    referrer_id UUID NOT NULL REFERENCES referrers (id),
    currency TEXT NOT NULL,
    expense BIGINT NOT NULL,
    on_hold BIGINT NOT NULL,
    ready BIGINT NOT NULL,
    in_transit BIGINT NOT NULL CHECK (in_transit >= 0),
    paid BIGINT NOT NULL,
    written_off BIGINT NOT NULL,
    opening BIGINT NOT NULL,
    fees BIGINT NOT NULL,
    PRIMARY KEY (referrer_id, currency)
);

CREATE TABLE payout_batches (
    id UUID NOT NULL PRIMARY KEY,
    program_id UUID NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('preparing', 'prepared', 'approved', 'done', 'cancelled')),
    cutoff TIMESTAMPTZ NOT NULL,
    bounded BOOLEAN NOT NULL,
    sweep BOOLEAN NOT NULL,
    scheduled_for TEXT UNIQUE,
    terms_version BIGINT NOT NULL,
    prepared_to UUID,
    touched_at TIMESTAMPTZ NOT NULL,
    hash TEXT,
    prepared_by TEXT NOT NULL,
    approved_by TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    approved_at TIMESTAMPTZ
);
-- A batch that was left in the middle is taken up again.
CREATE INDEX payout_batches_open ON payout_batches (id) WHERE status = 'preparing';

CREATE TABLE payouts (
    id UUID NOT NULL PRIMARY KEY,
    program_id UUID NOT NULL,
    batch_id UUID NOT NULL REFERENCES payout_batches (id),
    referrer_id UUID NOT NULL REFERENCES referrers (id),
    currency TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount >= 0),
    rail TEXT NOT NULL CHECK (rail IN ('manual', 'sepa', 'ach', 'paypal', 'wise', 'store_credit', 'offset')),
    status TEXT NOT NULL CHECK (
        status IN ('pending', 'approved', 'submitting', 'sent', 'unknown', 'paid', 'failed', 'returned', 'cancelled')
    ),
    idempotency_key TEXT NOT NULL UNIQUE,
    reference TEXT,
    reason TEXT,
    method_version BIGINT,
    account TEXT,
    details TEXT,
    exported_as TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    approved_at TIMESTAMPTZ,
    settled_at TIMESTAMPTZ
);
CREATE INDEX payouts_by_batch ON payouts (batch_id, referrer_id);
CREATE INDEX payouts_by_referrer ON payouts (referrer_id);
CREATE INDEX payouts_by_status ON payouts (status, rail);

CREATE TABLE payout_lines (
    payout_id UUID NOT NULL REFERENCES payouts (id),
    item_kind TEXT NOT NULL CHECK (item_kind IN ('commission', 'change', 'adjustment')),
    item_id UUID NOT NULL,
    amount BIGINT NOT NULL,
    released_at TIMESTAMPTZ,
    PRIMARY KEY (payout_id, item_kind, item_id)
);
CREATE UNIQUE INDEX payout_lines_open ON payout_lines (item_id, item_kind) WHERE released_at IS NULL;

CREATE TABLE jobs (
    id UUID NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    dedupe_key TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('ready', 'running', 'dead')),
    payload JSONB NOT NULL,
    attempts BIGINT NOT NULL,
    run_at TIMESTAMPTZ NOT NULL,
    lease_token UUID,
    lease_until TIMESTAMPTZ,
    last_error TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    UNIQUE (dedupe_key, kind)
);
CREATE INDEX jobs_waiting ON jobs (kind, run_at) WHERE status = 'ready';
CREATE INDEX jobs_leased ON jobs (lease_until) WHERE status = 'running';

CREATE TABLE chores (
    name TEXT NOT NULL PRIMARY KEY,
    lease_token UUID NOT NULL,
    lease_until TIMESTAMPTZ NOT NULL
);

CREATE TABLE mails (
    id UUID NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    subject_id UUID NOT NULL,
    referrer_id UUID NOT NULL,
    message_id TEXT NOT NULL,
    told_in UUID,
    recipient TEXT,
    status TEXT NOT NULL CHECK (status IN ('queued', 'sent', 'bundled', 'declined', 'undeliverable', 'discarded')),
    created_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    UNIQUE (subject_id, kind)
);
CREATE INDEX mails_by_referrer ON mails (referrer_id, kind, ended_at);
CREATE INDEX mails_told_in ON mails (told_in) WHERE told_in IS NOT NULL;

CREATE TABLE mail_optouts (
    referrer_id UUID NOT NULL,
    kind TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (referrer_id, kind)
);

CREATE TABLE events (
    id UUID NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    subject_id UUID NOT NULL,
    data JSONB NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE audit_log (
    id UUID NOT NULL PRIMARY KEY,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject_id UUID NOT NULL,
    detail JSONB NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
-- Append-only tables: what was promised and posted is never rewritten.
CREATE FUNCTION refuse_rewrite() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;
CREATE TRIGGER terms_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON terms EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER sale_revisions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON sale_revisions EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER sale_lines_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON sale_lines EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER verdicts_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON verdicts EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER commission_changes_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON commission_changes EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER adjustments_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON adjustments EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER transfers_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON transfers EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log EXECUTE FUNCTION refuse_rewrite();
