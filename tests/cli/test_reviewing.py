"""`duebook review`: a day that has not come is not reviewed by a slip of the finger."""

import pytest
from typer.testing import CliRunner

from duebook.cli import main

NOWHERE = {"DUEBOOK_DATABASE_URL": "postgresql://127.0.0.1:1/nowhere"}


@pytest.mark.parametrize("pinned", ["", "2998-12-31"])
def test_a_day_to_come_is_refused_unless_the_clock_is_pinned(pinned: str):
    environment = {**NOWHERE, "DUEBOOK_TODAY": pinned}
    result = CliRunner().invoke(main, ["review", "--as-of", "2999-01-01"], env=environment)

    assert result.exit_code == 1
    told = result.stderr
    assert ("DUEBOOK_TODAY=2999-01-01" in told) == (not pinned), told
    assert ("cannot reach the database" in told) == bool(pinned), told


def test_a_day_that_has_come_is_asked_of_the_database():
    result = CliRunner().invoke(main, ["review", "--as-of", "2026-01-01"], env={**NOWHERE, "DUEBOOK_TODAY": ""})

    assert "cannot reach the database" in result.stderr
