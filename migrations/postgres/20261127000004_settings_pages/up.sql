-- What letters say in the place of our texts. Kept in the live ledger, for both.
CREATE TABLE letter_texts (
    locale TEXT NOT NULL,
    key TEXT NOT NULL,
    text TEXT NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (locale, key)
);

-- The log of one storefront, newest first.
CREATE INDEX inbound_deliveries_by_connection ON inbound_deliveries (connection_id, id);
