-- Who asked to recommend the shop, and which terms he accepted. The person stands in the customer file.
CREATE TABLE joins (
    id UUID NOT NULL PRIMARY KEY,
    customer_id UUID NOT NULL UNIQUE REFERENCES customers (id),
    terms_version BIGINT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('open', 'accepted', 'declined')),
    created_at TIMESTAMPTZ NOT NULL,
    decided_by TEXT,
    ended_at TIMESTAMPTZ,
    CHECK ((status = 'open') = (ended_at IS NULL))
);
CREATE INDEX joins_open ON joins (id) WHERE status = 'open';

-- Links to his portal that were made before this are dead.
ALTER TABLE referrers ADD COLUMN portal_links_from TIMESTAMPTZ;

-- How many links let one referrer in just now.
CREATE INDEX login_links_by_referrer ON login_links (referrer_id) WHERE referrer_id IS NOT NULL;
