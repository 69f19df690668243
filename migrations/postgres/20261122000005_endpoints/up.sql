CREATE TABLE webhook_endpoints (
    id UUID NOT NULL PRIMARY KEY,
    url TEXT NOT NULL,
    description TEXT,
    kinds JSONB NOT NULL,
    secret TEXT NOT NULL,
    old_secret TEXT,
    old_secret_until TIMESTAMPTZ,
    status TEXT NOT NULL CHECK (status IN ('enabled', 'disabled')),
    why_disabled TEXT CHECK (why_disabled IN ('owner', 'gone', 'failing')),
    failures BIGINT NOT NULL CHECK (failures >= 0),
    failing_since TIMESTAMPTZ,
    rests_until TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    CHECK ((status = 'disabled') = (why_disabled IS NOT NULL)),
    CHECK ((old_secret IS NULL) = (old_secret_until IS NULL))
);

-- One event on its way to one endpoint; the log of what became of it.
CREATE TABLE deliveries (
    id UUID NOT NULL PRIMARY KEY,
    endpoint_id UUID NOT NULL,
    event_id UUID NOT NULL,
    kind TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('waiting', 'delivered', 'failed')),
    attempts BIGINT NOT NULL CHECK (attempts >= 0),
    answer BIGINT,
    error TEXT,
    next_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    UNIQUE (endpoint_id, event_id),
    CHECK ((status = 'waiting') = (ended_at IS NULL))
);
CREATE INDEX deliveries_by_endpoint ON deliveries (endpoint_id, id);
