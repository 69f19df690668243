-- What came back for an address, as customer_keys normalises it; another address starts afresh. Erased with the customer.
CREATE TABLE mail_bounces (
    id BLOB NOT NULL PRIMARY KEY,
    address TEXT NOT NULL UNIQUE,
    hard_at INTEGER,
    soft_count INTEGER NOT NULL,
    complained_at INTEGER,
    last_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX mail_bounces_hard ON mail_bounces (id) WHERE hard_at IS NOT NULL;

-- What the owner is told, each kind of thing once per subject: a payout's id, a week, a day.
CREATE TABLE owner_notices (
    id BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('payout_failed', 'weekly_digest', 'run_reminder', 'no_orders', 'endpoint_disabled')),
    subject TEXT NOT NULL,
    message_id TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('queued', 'sent', 'bundled', 'declined', 'undeliverable', 'discarded')),
    created_at INTEGER NOT NULL,
    ended_at INTEGER,
    UNIQUE (subject, kind)
) STRICT, WITHOUT ROWID;
