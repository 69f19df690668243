-- Somebody who was erased: the entry stays, as what orders and postings refer to, and tells nothing of who it was.
ALTER TABLE customers ADD COLUMN erased_at INTEGER;
ALTER TABLE referrers ADD COLUMN erased_at INTEGER;

-- What the books must know of somebody who was paid and then erased: sealed, told by the report of a year's payments
-- only, and gone when the law no longer asks for it.
CREATE TABLE restricted_recipients (
    referrer_id BLOB NOT NULL PRIMARY KEY REFERENCES referrers (id),
    sealed TEXT NOT NULL,
    kept_until INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX restricted_recipients_until ON restricted_recipients (kept_until);

-- What was said of a person's rows is found without reading every row of every file.
CREATE INDEX import_rows_remarks ON import_rows (subject_id) WHERE message IS NOT NULL;
