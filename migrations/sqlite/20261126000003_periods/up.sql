-- Closed months and years. Nothing is posted before the end of one; what comes late lands in the open period.
CREATE TABLE periods (
    name TEXT NOT NULL PRIMARY KEY,
    starts_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    timezone TEXT NOT NULL,
    actor TEXT NOT NULL,
    closed_at INTEGER NOT NULL,
    CHECK (ends_at > starts_at)
) STRICT, WITHOUT ROWID;
CREATE INDEX periods_by_end ON periods (ends_at);

-- What the report of a closed period was: the SHA-256 of its JSON, and its totals.
CREATE TABLE period_reports (
    name TEXT NOT NULL PRIMARY KEY REFERENCES periods (name),
    hash TEXT NOT NULL,
    totals TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER periods_no_update BEFORE UPDATE ON periods BEGIN SELECT RAISE(ABORT, 'periods is append-only'); END;
CREATE TRIGGER periods_no_delete BEFORE DELETE ON periods BEGIN SELECT RAISE(ABORT, 'periods is append-only'); END;
CREATE TRIGGER periods_no_replace BEFORE INSERT ON periods WHEN EXISTS (SELECT 1 FROM periods WHERE name = NEW.name)
BEGIN SELECT RAISE(ABORT, 'periods is append-only'); END;

CREATE TRIGGER period_reports_no_update BEFORE UPDATE ON period_reports BEGIN SELECT RAISE(ABORT, 'period_reports is append-only'); END;
CREATE TRIGGER period_reports_no_delete BEFORE DELETE ON period_reports BEGIN SELECT RAISE(ABORT, 'period_reports is append-only'); END;
CREATE TRIGGER period_reports_no_replace BEFORE INSERT ON period_reports WHEN EXISTS (SELECT 1 FROM period_reports WHERE name = NEW.name)
BEGIN SELECT RAISE(ABORT, 'period_reports is append-only'); END;

CREATE TRIGGER transfers_in_open_period BEFORE INSERT ON transfers WHEN NEW.posted_at < (SELECT MAX(ends_at) FROM periods)
BEGIN SELECT RAISE(ABORT, 'the period is closed'); END;
