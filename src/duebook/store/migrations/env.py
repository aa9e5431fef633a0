"""Alembic's environment: one connection, one lock, time limits, no models."""

from alembic import context
from sqlalchemy import create_engine, pool, text

_LOCK = 4_714_000_001
"""An advisory lock of our own: whoever holds it migrates, the others wait and find nothing left to do."""


def run() -> None:
    """Called by Alembic: online with a database, offline to print SQL."""
    if context.is_offline_mode():
        context.configure(dialect_name="postgresql", literal_binds=True)
        with context.begin_transaction():
            context.run_migrations()
        return
    dsn: str = context.config.attributes["dsn"]
    engine = create_engine("postgresql+psycopg://" + dsn.split("://", 1)[1], poolclass=pool.NullPool)
    with engine.connect() as connection:
        connection.execute(text("SET statement_timeout = '10min'"))
        connection.execute(text(f"SELECT pg_advisory_lock({_LOCK})"))
        connection.commit()
        # A migration that cannot get its table lock soon gives up, so that traffic does not queue behind it.
        connection.execute(text("SET lock_timeout = '10s'"))
        connection.commit()
        context.configure(connection=connection, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()
        connection.execute(text(f"SELECT pg_advisory_unlock({_LOCK})"))
        connection.commit()


run()
