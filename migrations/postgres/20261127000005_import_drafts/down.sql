DROP INDEX introductions_by_customer;
DROP INDEX referrals_by_customer;
DROP INDEX imports_drafts;
ALTER TABLE imports DROP COLUMN taken_back_at;
ALTER TABLE imports DROP COLUMN next_id;
ALTER TABLE imports DROP COLUMN draft;
