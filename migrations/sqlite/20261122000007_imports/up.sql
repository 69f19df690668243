-- Files from elsewhere: what was asked for, and what became of each row. `position` counts the orders or
-- customers that have their results; whoever holds `lease_token` goes on from there.
CREATE TABLE imports (
    id BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('customers', 'orders')),
    name TEXT NOT NULL,
    source TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    request TEXT NOT NULL,
    actor TEXT NOT NULL,
    dry_run INTEGER NOT NULL,
    uploaded INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('waiting', 'running', 'done', 'failed')),
    rows_total INTEGER NOT NULL,
    units INTEGER NOT NULL,
    position INTEGER NOT NULL,
    notes TEXT NOT NULL,
    problem TEXT,
    lease_token BLOB,
    lease_until INTEGER,
    created_at INTEGER NOT NULL,
    ended_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX imports_open ON imports (fingerprint) WHERE status IN ('waiting', 'running');

-- An uploaded file, until it is read to its end.
CREATE TABLE import_chunks (
    import_id BLOB NOT NULL REFERENCES imports (id),
    seq INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (import_id, seq)
) STRICT, WITHOUT ROWID;

-- The first row of an order carries its amounts, in minor units.
CREATE TABLE import_rows (
    import_id BLOB NOT NULL REFERENCES imports (id),
    line INTEGER NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('recorded', 'filed', 'known', 'differs', 'refunded', 'parked', 'skipped', 'refused')),
    order_id TEXT,
    subject_id BLOB,
    currency TEXT,
    sold INTEGER,
    refunded INTEGER,
    field TEXT,
    code TEXT,
    message TEXT,
    PRIMARY KEY (import_id, line)
) STRICT, WITHOUT ROWID;

-- What another program still owed, taken over once.
CREATE TABLE import_openings (
    product TEXT NOT NULL,
    account TEXT NOT NULL,
    currency TEXT NOT NULL,
    adjustment_id BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (product, account, currency)
) STRICT, WITHOUT ROWID;
