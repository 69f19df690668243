-- Clicks counted per code and day of the program's zone; the single ones are forgotten after the window.
CREATE TABLE click_days (
    code_id BLOB NOT NULL,
    day TEXT NOT NULL,
    clicks INTEGER NOT NULL CHECK (clicks > 0),
    PRIMARY KEY (code_id, day)
) STRICT, WITHOUT ROWID;
