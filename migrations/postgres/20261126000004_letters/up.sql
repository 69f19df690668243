-- What came back for an address, as customer_keys normalises it; another address starts afresh. Erased with the customer.
CREATE TABLE mail_bounces (
    id UUID NOT NULL PRIMARY KEY,
    address TEXT NOT NULL UNIQUE,
    hard_at TIMESTAMPTZ,
    soft_count BIGINT NOT NULL,
    complained_at TIMESTAMPTZ,
    last_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX mail_bounces_hard ON mail_bounces (id) WHERE hard_at IS NOT NULL;

-- What the owner is told, each kind of thing once per subject: a payout's id, a week, a day.
CREATE TABLE owner_notices (
    id UUID NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('payout_failed', 'weekly_digest', 'run_reminder', 'no_orders', 'endpoint_disabled')),
    subject TEXT NOT NULL,
    message_id TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('queued', 'sent', 'bundled', 'declined', 'undeliverable', 'discarded')),
    created_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    UNIQUE (subject, kind)
);
