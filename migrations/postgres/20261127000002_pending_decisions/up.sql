-- What was decided at the desk waits a few seconds, so that it can be taken back. Carried out or taken back it is
-- gone; one that the law refused stays for a while with the reason, beside what is still to be decided.
CREATE TABLE pending_decisions (
    id UUID NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('sale', 'claim', 'merge', 'payout', 'write_off', 'unreachable', 'join')),
    subject_id UUID NOT NULL UNIQUE,
    decision JSONB NOT NULL,
    reason TEXT NOT NULL,
    actor TEXT NOT NULL,
    execute_after TIMESTAMPTZ NOT NULL,
    refusal TEXT,
    created_at TIMESTAMPTZ NOT NULL
);
