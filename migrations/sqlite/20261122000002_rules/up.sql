-- Grades of customers; terms and customers name them.
CREATE TABLE tiers (
    name TEXT NOT NULL PRIMARY KEY,
    title TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
