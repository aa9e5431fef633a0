"""The queue of wake-ups."""

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Run the SQL beside this folder."""
    op.execute((Path(__file__).parents[1] / "0003_queue.sql").read_text(encoding="utf-8").replace(":", r"\:"))
