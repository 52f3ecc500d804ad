-- A state of version 2.
BEGIN TRANSACTION;
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
INSERT INTO "history" VALUES(1,'pattern/ada@example.com/block/state',1,'value','calm','drifted','2026-01-02T12:00:00+00:00');
CREATE TABLE journal (
    number    INTEGER PRIMARY KEY AUTOINCREMENT,
    run       TEXT NOT NULL,
    event     TEXT NOT NULL,      -- intent, then done, failed, found, absent or repeatable
    intent    INTEGER,            -- number of the intent this row ends; empty on an intent
    operation TEXT NOT NULL,
    address   TEXT NOT NULL,
    at        TEXT NOT NULL
);
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
CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE serials (
    owner  TEXT PRIMARY KEY,
    record TEXT NOT NULL,      -- server id of the block; empty while it is not known
    serial INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO "serials" VALUES('pattern/ada@example.com','block-1',7);
CREATE TABLE texts (
    address TEXT NOT NULL,
    path    TEXT NOT NULL,
    digest  TEXT NOT NULL,
    text    TEXT NOT NULL,
    PRIMARY KEY (address, path)
) WITHOUT ROWID;
INSERT INTO "texts" VALUES('pattern/ada@example.com/block/state','value','e964a8a2a791','one
two
');
CREATE INDEX journal_ends ON journal (intent) WHERE intent IS NOT NULL;
DELETE FROM "sqlite_sequence";
COMMIT;
PRAGMA user_version = 2;
