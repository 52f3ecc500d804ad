-- A cache of version 3.
BEGIN TRANSACTION;
CREATE TABLE journal (
    number    INTEGER PRIMARY KEY AUTOINCREMENT,
    run       TEXT NOT NULL,
    event     TEXT NOT NULL,      -- intent, then done, failed, found or absent
    intent    INTEGER,            -- number of the intent this row ends; empty on an intent
    operation TEXT NOT NULL,
    address   TEXT NOT NULL,
    at        TEXT NOT NULL
);
INSERT INTO "journal" VALUES(1,'run-1','intent',NULL,'create','pattern/ada@example.com/agent/flux','2026-01-02T12:00:00+00:00');
INSERT INTO "journal" VALUES(2,'run-1','done',1,'create','pattern/ada@example.com/agent/flux','2026-01-02T12:00:00+00:00');
INSERT INTO "journal" VALUES(3,'run-1','intent',NULL,'create','pattern/ada@example.com/agent/flux','2026-01-02T12:00:00+00:00');
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
INSERT INTO "lease" VALUES(1,'bdbdb2b546e84df2a4de3dcd8f98bf24','ada','ci-7','ci-7/boot/pid:[1]',4711,'12','2026-01-02T12:00:00+00:00','2026-01-02T13:00:00+00:00');
CREATE TABLE resources (
    address       TEXT PRIMARY KEY,
    constellation TEXT NOT NULL,  -- both empty for the shared set
    user          TEXT NOT NULL,
    kind          TEXT NOT NULL,
    server_id     TEXT NOT NULL,
    server_name   TEXT NOT NULL,
    base          TEXT NOT NULL,
    document      TEXT,
    seen_at       TEXT NOT NULL
) WITHOUT ROWID;
INSERT INTO "resources" VALUES('pattern/ada@example.com/agent/flux','pattern','ada@example.com','agent','agent-1','flux','{"model":"d1"}',NULL,'2026-01-02T12:00:00+00:00');
INSERT INTO "resources" VALUES('pattern/ada@example.com/block/state','pattern','ada@example.com','block','block-1','state','{}',NULL,'2026-01-02T12:00:00+00:00');
INSERT INTO "resources" VALUES('pattern/ada@example.com/group/main','pattern','ada@example.com','group','group-1','','{}','{"fields":{"max_turns":3},"id":"group-1"}','2026-01-02T12:00:00+00:00');
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
CREATE INDEX resources_by_owner ON resources (constellation, user);
CREATE INDEX journal_ends ON journal (intent) WHERE intent IS NOT NULL;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('journal',3);
COMMIT;
PRAGMA user_version = 3;
