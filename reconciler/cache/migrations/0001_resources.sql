-- What was last seen of each resource of the project. `base` and `document` are JSON.
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

CREATE INDEX resources_by_owner ON resources (constellation, user);
