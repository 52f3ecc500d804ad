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
