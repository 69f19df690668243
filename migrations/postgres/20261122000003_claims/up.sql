-- Introductions registered at sign-up: the weakest evidence, kept with the customer's consent.
CREATE TABLE introductions (
    id UUID NOT NULL PRIMARY KEY,
    program_id UUID NOT NULL REFERENCES programs (id),
    customer_id UUID NOT NULL REFERENCES customers (id),
    referrer_id UUID NOT NULL REFERENCES referrers (id),
    code TEXT,
    source TEXT NOT NULL,
    terms_version BIGINT NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ
);
CREATE UNIQUE INDEX introductions_live ON introductions (customer_id, program_id) WHERE ended_at IS NULL;

-- "I sent her": friend is a first name, so personal and erasable.
CREATE TABLE claims (
    id UUID NOT NULL PRIMARY KEY,
    program_id UUID NOT NULL REFERENCES programs (id),
    referrer_id UUID NOT NULL REFERENCES referrers (id),
    source TEXT NOT NULL,
    order_id TEXT,
    friend TEXT,
    bought_on TEXT,
    status TEXT NOT NULL CHECK (status IN ('open', 'accepted', 'declined', 'expired')),
    reason TEXT,
    sale_id UUID,
    decide_by TIMESTAMPTZ NOT NULL,
    decided_by TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    CHECK ((status = 'open') = (ended_at IS NULL)),
    CHECK ((status = 'accepted') = (sale_id IS NOT NULL)),
    CHECK ((status = 'declined') = (reason IS NOT NULL))
);
CREATE INDEX claims_open ON claims (decide_by) WHERE status = 'open';
CREATE INDEX claims_by_referrer ON claims (referrer_id, id);

-- What a shop told of an order's address, network and payment: keyed hashes only, erasable.
CREATE TABLE sale_signals (
    mark UUID NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('address', 'block', 'payment')),
    sale_id UUID NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (mark, kind, sale_id)
);
CREATE INDEX sale_signals_by_sale ON sale_signals (sale_id);
