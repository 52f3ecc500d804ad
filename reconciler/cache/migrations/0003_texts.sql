-- The last applied text of every leaf that is merged three ways; `digest` is the one its marker holds.
CREATE TABLE texts (
    address TEXT NOT NULL,
    path    TEXT NOT NULL,
    digest  TEXT NOT NULL,
    text    TEXT NOT NULL,
    PRIMARY KEY (address, path)
) WITHOUT ROWID;
