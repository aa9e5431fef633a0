"""Policies that read the tenant of the session once."""

from pathlib import Path

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Run the SQL beside this folder."""
    op.execute((Path(__file__).parents[1] / "0004_policies.sql").read_text(encoding="utf-8").replace(":", r"\:"))
