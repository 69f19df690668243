-- Closed months and years. Nothing is posted before the end of one; what comes late lands in the open period.
CREATE TABLE periods (
    name TEXT NOT NULL PRIMARY KEY,
    starts_at TIMESTAMPTZ NOT NULL,
    ends_at TIMESTAMPTZ NOT NULL,
    timezone TEXT NOT NULL,
    actor TEXT NOT NULL,
    closed_at TIMESTAMPTZ NOT NULL,
    CHECK (ends_at > starts_at)
);
CREATE INDEX periods_by_end ON periods (ends_at);

-- What the report of a closed period was: the SHA-256 of its JSON, and its totals.
CREATE TABLE period_reports (
    name TEXT NOT NULL PRIMARY KEY REFERENCES periods (name),
    hash TEXT NOT NULL,
    totals JSONB NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TRIGGER periods_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON periods EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER period_reports_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON period_reports EXECUTE FUNCTION refuse_rewrite();

-- Once per statement, however many rows it brings.
CREATE FUNCTION refuse_closed() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    IF EXISTS (SELECT 1 FROM posted WHERE posted_at < (SELECT MAX(ends_at) FROM periods)) THEN
        RAISE EXCEPTION 'the period is closed';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER transfers_in_open_period AFTER INSERT ON transfers REFERENCING NEW TABLE AS posted
FOR EACH STATEMENT EXECUTE FUNCTION refuse_closed();
