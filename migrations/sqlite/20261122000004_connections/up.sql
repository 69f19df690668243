CREATE TABLE connections (
    id BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('shopify', 'woocommerce', 'stripe', 'generic', 'standard')),
    name TEXT NOT NULL,
    source TEXT NOT NULL,
    currency TEXT,
    code_sources TEXT NOT NULL,
    field_map TEXT,
    signature_header TEXT,
    secret TEXT NOT NULL,
    secret_before TEXT,
    secret_before_until INTEGER,
    api_url TEXT,
    api_key TEXT,
    pull INTEGER NOT NULL,
    coupons INTEGER NOT NULL,
    pulled_to INTEGER,
    pull_started_at INTEGER,
    pull_cursor TEXT,
    pull_error TEXT,
    last_delivery_at INTEGER,
    removed_at INTEGER,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX connections_by_kind ON connections (kind) WHERE removed_at IS NULL;

-- The key is the shop's own number of the delivery with a fingerprint of its body; it stays for ever, the body
-- does not.
CREATE TABLE inbound_deliveries (
    id BLOB NOT NULL PRIMARY KEY,
    connection_id BLOB NOT NULL REFERENCES connections (id),
    delivery_key TEXT NOT NULL,
    topic TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('received', 'applied', 'ignored', 'failed')),
    test INTEGER NOT NULL,
    body BLOB,
    error TEXT,
    outcome TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    settled_at INTEGER,
    UNIQUE (connection_id, delivery_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX inbound_deliveries_open ON inbound_deliveries (received_at) WHERE status = 'received';
CREATE INDEX inbound_deliveries_failed ON inbound_deliveries (id) WHERE status = 'failed';

CREATE TABLE coupons (
    connection_id BLOB NOT NULL REFERENCES connections (id),
    code_id BLOB NOT NULL REFERENCES codes (id),
    code TEXT NOT NULL,
    active INTEGER NOT NULL,
    gives TEXT NOT NULL,
    remote_id TEXT,
    status TEXT NOT NULL CHECK (status IN ('waiting', 'in_shop', 'disabled', 'failed')),
    error TEXT,
    attempts INTEGER NOT NULL,
    next_at INTEGER NOT NULL,
    checked_at INTEGER,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (connection_id, code_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX coupons_due ON coupons (connection_id, next_at);
