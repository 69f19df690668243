CREATE TABLE connections (
    id UUID NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('shopify', 'woocommerce', 'stripe', 'generic', 'standard')),
    name TEXT NOT NULL,
    source TEXT NOT NULL,
    currency TEXT,
    code_sources JSONB NOT NULL,
    field_map JSONB,
    signature_header TEXT,
    secret TEXT NOT NULL,
    secret_before TEXT,
    secret_before_until TIMESTAMPTZ,
    api_url TEXT,
    api_key TEXT,
    pull BOOLEAN NOT NULL,
    coupons BOOLEAN NOT NULL,
    pulled_to TIMESTAMPTZ,
    pull_started_at TIMESTAMPTZ,
    pull_cursor TEXT,
    pull_error TEXT,
    last_delivery_at TIMESTAMPTZ,
    removed_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX connections_by_kind ON connections (kind) WHERE removed_at IS NULL;

-- The key is the shop's own number of the delivery with a fingerprint of its body; it stays for ever, the body
-- does not.
CREATE TABLE inbound_deliveries (
    id UUID NOT NULL PRIMARY KEY,
    connection_id UUID NOT NULL REFERENCES connections (id),
    delivery_key TEXT NOT NULL,
    topic TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('received', 'applied', 'ignored', 'failed')),
    test BOOLEAN NOT NULL,
    body BYTEA,
    error TEXT,
    outcome JSONB NOT NULL,
    attempts BIGINT NOT NULL,
    received_at TIMESTAMPTZ NOT NULL,
    settled_at TIMESTAMPTZ,
    UNIQUE (connection_id, delivery_key)
);
CREATE INDEX inbound_deliveries_open ON inbound_deliveries (received_at) WHERE status = 'received';
CREATE INDEX inbound_deliveries_failed ON inbound_deliveries (id) WHERE status = 'failed';

CREATE TABLE coupons (
    connection_id UUID NOT NULL REFERENCES connections (id),
    code_id UUID NOT NULL REFERENCES codes (id),
    code TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    gives TEXT NOT NULL,
    remote_id TEXT,
    status TEXT NOT NULL CHECK (status IN ('waiting', 'in_shop', 'disabled', 'failed')),
    error TEXT,
    attempts BIGINT NOT NULL,
    next_at TIMESTAMPTZ NOT NULL,
    checked_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (connection_id, code_id)
);
CREATE INDEX coupons_due ON coupons (connection_id, next_at);
