-- The highest number of a write that was seen in the record of a set, and the block the record was in: a
-- server that was restored from a backup has the same block with a lower number.
CREATE TABLE serials (
    owner  TEXT PRIMARY KEY,
    record TEXT NOT NULL,      -- server id of the block; empty while it is not known
    serial INTEGER NOT NULL
) WITHOUT ROWID;
