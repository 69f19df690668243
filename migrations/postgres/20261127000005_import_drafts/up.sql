-- A draft's bytes are kept when it has been read, for the run that `next_id` names: somebody looks at it in between.
ALTER TABLE imports ADD COLUMN draft BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE imports ADD COLUMN next_id UUID;
-- When the customers whom it filed were taken out of the file again.
ALTER TABLE imports ADD COLUMN taken_back_at TIMESTAMPTZ;
CREATE INDEX imports_drafts ON imports (created_at) WHERE draft;

-- Whether anything speaks of a customer is asked before he is taken out.
CREATE INDEX referrals_by_customer ON referrals (customer_id);
CREATE INDEX introductions_by_customer ON introductions (customer_id);
