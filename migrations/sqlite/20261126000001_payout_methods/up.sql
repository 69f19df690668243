-- Where a referrer's money goes, as it stands now: sealed, shown by its masked form, compared by a keyed hash.
CREATE TABLE payout_methods (
    referrer_id BLOB NOT NULL PRIMARY KEY REFERENCES referrers (id),
    version INTEGER NOT NULL CHECK (version > 0),
    rail TEXT NOT NULL CHECK (rail IN ('manual', 'sepa', 'ach', 'paypal', 'wise', 'store_credit')),
    details TEXT NOT NULL,
    account TEXT NOT NULL,
    fingerprint BLOB,
    hold_until INTEGER,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX payout_methods_by_fingerprint ON payout_methods (fingerprint) WHERE fingerprint IS NOT NULL;

-- What it was before, without the secret; a removal has no rail.
CREATE TABLE payout_method_changes (
    id BLOB NOT NULL PRIMARY KEY,
    referrer_id BLOB NOT NULL REFERENCES referrers (id),
    version INTEGER NOT NULL CHECK (version > 0),
    rail TEXT,
    account TEXT,
    hold_until INTEGER,
    actor TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (referrer_id, version)
) STRICT, WITHOUT ROWID;

-- How often somebody with money but without details was asked for them.
CREATE TABLE detail_reminders (
    referrer_id BLOB NOT NULL PRIMARY KEY REFERENCES referrers (id),
    since INTEGER NOT NULL,
    sent INTEGER NOT NULL CHECK (sent > 0),
    next_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX detail_reminders_due ON detail_reminders (next_at) WHERE next_at IS NOT NULL;

-- Who had money waiting and is in a batch's list of people left out, one row per currency.
CREATE TABLE not_paid (
    batch_id BLOB NOT NULL REFERENCES payout_batches (id),
    referrer_id BLOB NOT NULL REFERENCES referrers (id),
    currency TEXT NOT NULL,
    amount INTEGER NOT NULL,
    reason TEXT NOT NULL CHECK (reason IN ('below_minimum', 'negative_balance', 'referrer_paused', 'after_cutoff', 'no_details', 'details_on_hold', 'rail_does_not_pay_currency', 'beyond_rail_limits', 'changed_before_approval', 'ledger_disagrees')),
    since INTEGER NOT NULL,
    PRIMARY KEY (batch_id, referrer_id, currency)
) STRICT, WITHOUT ROWID;
