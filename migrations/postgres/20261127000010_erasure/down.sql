DROP INDEX import_rows_remarks;
DROP TABLE restricted_recipients;
ALTER TABLE referrers DROP COLUMN erased_at;
ALTER TABLE customers DROP COLUMN erased_at;
