-- What a provider of payouts needs to let us in; the secret is sealed.
CREATE TABLE payout_providers (
    name TEXT NOT NULL PRIMARY KEY CHECK (name IN ('paypal')),
    base_url TEXT NOT NULL,
    client_id TEXT NOT NULL,
    client_secret TEXT NOT NULL,
    automatic BOOLEAN NOT NULL,
    items_max BIGINT NOT NULL CHECK (items_max BETWEEN 1 AND 1000),
    created_at TIMESTAMPTZ NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL
);

-- One request to a provider. It stands here, body and all, before it is sent for the first time; its id is the key by
-- which the provider knows it again. The body holds addresses, so it is sealed, and forgotten in the end.
CREATE TABLE submissions (
    id UUID NOT NULL PRIMARY KEY,
    batch_id UUID NOT NULL REFERENCES payout_batches (id),
    provider TEXT NOT NULL CHECK (provider IN ('paypal')),
    status TEXT NOT NULL CHECK (status IN ('waiting', 'doubtful', 'taken', 'done', 'refused', 'undecided')),
    body TEXT,
    provider_id TEXT,
    hinted_id TEXT,
    attempts BIGINT NOT NULL CHECK (attempts >= 0),
    first_sent_at TIMESTAMPTZ,
    asked_at TIMESTAMPTZ,
    error TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    CHECK ((attempts = 0) = (first_sent_at IS NULL)),
    CHECK ((status IN ('waiting', 'doubtful', 'taken')) = (ended_at IS NULL))
);
CREATE INDEX submissions_by_batch ON submissions (batch_id);
CREATE INDEX submissions_by_provider_id ON submissions (provider_id) WHERE provider_id IS NOT NULL;

-- The payouts in it, and what the provider says of each.
CREATE TABLE submission_items (
    submission_id UUID NOT NULL REFERENCES submissions (id),
    payout_id UUID NOT NULL REFERENCES payouts (id),
    item_id TEXT,
    item_status TEXT,
    fee BIGINT,
    fee_currency TEXT,
    PRIMARY KEY (submission_id, payout_id),
    CHECK ((fee IS NULL) = (fee_currency IS NULL))
);
CREATE INDEX submission_items_by_payout ON submission_items (payout_id);
