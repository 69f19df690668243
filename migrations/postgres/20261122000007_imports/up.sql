-- Files from elsewhere: what was asked for, and what became of each row. `position` counts the orders or
-- customers that have their results; whoever holds `lease_token` goes on from there.
CREATE TABLE imports (
    id UUID NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('customers', 'orders')),
    name TEXT NOT NULL,
    source TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    request JSONB NOT NULL,
    actor TEXT NOT NULL,
    dry_run BOOLEAN NOT NULL,
    uploaded BOOLEAN NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('waiting', 'running', 'done', 'failed')),
    rows_total BIGINT NOT NULL,
    units BIGINT NOT NULL,
    position BIGINT NOT NULL,
    notes JSONB NOT NULL,
    problem TEXT,
    lease_token UUID,
    lease_until TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ
);
CREATE INDEX imports_open ON imports (fingerprint) WHERE status IN ('waiting', 'running');

-- An uploaded file, until it is read to its end.
CREATE TABLE import_chunks (
    import_id UUID NOT NULL REFERENCES imports (id),
    seq BIGINT NOT NULL,
    bytes BYTEA NOT NULL,
    PRIMARY KEY (import_id, seq)
);

-- The first row of an order carries its amounts, in minor units.
CREATE TABLE import_rows (
    import_id UUID NOT NULL REFERENCES imports (id),
    line BIGINT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('recorded', 'filed', 'known', 'differs', 'refunded', 'parked', 'skipped', 'refused')),
    order_id TEXT,
    subject_id UUID,
    currency TEXT,
    sold BIGINT,
    refunded BIGINT,
    field TEXT,
    code TEXT,
    message TEXT,
    PRIMARY KEY (import_id, line)
);

-- What another program still owed, taken over once.
CREATE TABLE import_openings (
    product TEXT NOT NULL,
    account TEXT NOT NULL,
    currency TEXT NOT NULL,
    adjustment_id UUID NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (product, account, currency)
);
