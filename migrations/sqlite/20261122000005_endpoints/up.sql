CREATE TABLE webhook_endpoints (
    id BLOB NOT NULL PRIMARY KEY,
    url TEXT NOT NULL,
    description TEXT,
    kinds TEXT NOT NULL,
    secret TEXT NOT NULL,
    old_secret TEXT,
    old_secret_until INTEGER,
    status TEXT NOT NULL CHECK (status IN ('enabled', 'disabled')),
    why_disabled TEXT CHECK (why_disabled IN ('owner', 'gone', 'failing')),
    failures INTEGER NOT NULL CHECK (failures >= 0),
    failing_since INTEGER,
    rests_until INTEGER,
    created_at INTEGER NOT NULL,
    CHECK ((status = 'disabled') = (why_disabled IS NOT NULL)),
    CHECK ((old_secret IS NULL) = (old_secret_until IS NULL))
) STRICT, WITHOUT ROWID;

-- One event on its way to one endpoint; the log of what became of it.
CREATE TABLE deliveries (
    id BLOB NOT NULL PRIMARY KEY,
    endpoint_id BLOB NOT NULL,
    event_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('waiting', 'delivered', 'failed')),
    attempts INTEGER NOT NULL CHECK (attempts >= 0),
    answer INTEGER,
    error TEXT,
    next_at INTEGER,
    created_at INTEGER NOT NULL,
    ended_at INTEGER,
    UNIQUE (endpoint_id, event_id),
    CHECK ((status = 'waiting') = (ended_at IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX deliveries_by_endpoint ON deliveries (endpoint_id, id);
