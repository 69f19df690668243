-- People who sign in to the owner's desk. All live in the live ledger, as tokens do.
CREATE TABLE logins (
    id UUID NOT NULL PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('owner', 'accountant')),
    -- PHC string; empty until an invited person has chosen a password.
    password_hash TEXT NOT NULL,
    locale TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    removed_at TIMESTAMPTZ
);

-- Links that let somebody in once. What stands in the link follows from its id and the signing key, and is not kept.
CREATE TABLE login_links (
    id UUID NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('setup', 'reset', 'invite', 'sign_in')),
    mode TEXT NOT NULL,
    login_id UUID,
    referrer_id UUID,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ
);
CREATE INDEX login_links_expires ON login_links (expires_at);

-- A session is a token that a person holds in a cookie.
ALTER TABLE tokens ADD COLUMN login_id UUID;
