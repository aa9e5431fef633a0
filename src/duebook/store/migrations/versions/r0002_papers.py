"""Papers, batches and webhooks."""

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Run the SQL beside this folder."""
    op.execute((Path(__file__).parents[1] / "0002_papers.sql").read_text(encoding="utf-8").replace(":", r"\:"))
