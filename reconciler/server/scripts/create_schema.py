"""Make Letta's tables in an empty database. Loaded by launch.py inside the server's own environment.

In: a SQLAlchemy URL. Out: all tables, in one transaction, so a killed start leaves none. It does nothing when
the tables are there, and must not alter existing ones.
"""

import sqlalchemy  # type: ignore[import-not-found,unused-ignore]

# What the wheel's models leave to the migrations, which are not in the wheel.
REPAIRS = (
    "create sequence if not exists message_seq_id owned by messages.sequence_id",
    "alter table messages alter column sequence_id set default nextval('message_seq_id')",
    "alter table archives_agents alter column created_at set default now()",
)


def create_schema(url: str) -> bool:
    """Create the tables unless they exist; says whether it did."""
    engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)
    with engine.begin() as connection:
        if connection.scalar(sqlalchemy.text("select to_regclass('public.messages')")) is not None:
            return False
        from letta.orm import Base  # type: ignore[import-not-found,unused-ignore]

        Base.metadata.create_all(connection)
        for statement in REPAIRS:
            connection.execute(sqlalchemy.text(statement))
    return True
