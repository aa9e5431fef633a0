"""The books."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Run the SQL beside this folder."""
    op.execute((Path(__file__).parents[1] / "0001_books.sql").read_text(encoding="utf-8").replace(":", r"\:"))
