-- Values an apply wrote over or deleted; `n` counts from 1 for each address, the newest 50 stay.
CREATE TABLE history (
    id          INTEGER PRIMARY KEY,
    address     TEXT NOT NULL,
    n           INTEGER NOT NULL,
    path        TEXT NOT NULL,
    value       TEXT NOT NULL,
    why         TEXT NOT NULL,
    replaced_at TEXT NOT NULL,
    UNIQUE (address, n)
);

-- Every write of every run: one row before it is sent, one when its answer is known. Rows are never changed.
CREATE TABLE journal (
    number    INTEGER PRIMARY KEY AUTOINCREMENT,
    run       TEXT NOT NULL,
    event     TEXT NOT NULL,      -- intent, then done, failed, found, absent or repeatable
    intent    INTEGER,            -- number of the intent this row ends; empty on an intent
    operation TEXT NOT NULL,
    address   TEXT NOT NULL,
    at        TEXT NOT NULL
);

CREATE INDEX journal_ends ON journal (intent) WHERE intent IS NOT NULL;

-- Who applies right now: no row or one.
CREATE TABLE lease (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    owner   TEXT NOT NULL,        -- of this run, drawn at random
    who     TEXT NOT NULL,
    host    TEXT NOT NULL,
    machine TEXT NOT NULL,        -- where the process id means something
    pid     INTEGER NOT NULL,
    started TEXT NOT NULL,        -- of the process, so that a reused id is told apart
    since   TEXT NOT NULL,
    expires TEXT NOT NULL
);

-- The last applied text of every leaf that is merged three ways; `digest` is the one its marker holds.
CREATE TABLE texts (
    address TEXT NOT NULL,
    path    TEXT NOT NULL,
    digest  TEXT NOT NULL,
    text    TEXT NOT NULL,
    PRIMARY KEY (address, path)
) WITHOUT ROWID;

-- What is known of the file itself.
CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
