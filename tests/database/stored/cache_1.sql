-- A cache of version 1.
BEGIN TRANSACTION;
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
CREATE INDEX resources_by_owner ON resources (constellation, user);
COMMIT;
PRAGMA user_version = 1;
