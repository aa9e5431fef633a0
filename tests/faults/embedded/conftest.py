"""Data folders and servers for the tests of the embedded PostgreSQL. Every server that a test starts is stopped."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from duebook import embedded
from tests.faults.embedded.killing import Owner, ask


@pytest.fixture
def owner() -> Iterator[Callable[..., Owner]]:
    made: list[Owner] = []

    def make(data_dir: Path, **options: Any) -> Owner:
        made.append(Owner(data_dir, **options))
        return made[-1]

    yield make
    for each in made:
        if each.process.poll() is None:
            each.kill()


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder made once, with a table of one row."""
    data_dir = tmp_path_factory.mktemp("template")
    server = embedded.start(data_dir=data_dir)
    try:
        ask(server.dsn, "CREATE TABLE kept AS SELECT 'Dupont' AS name", fetch=False)
    finally:
        server.stop()
    return data_dir


@pytest.fixture
def data_dir(template: Path, tmp_path: Path) -> Path:
    shutil.copytree(template / "postgres", tmp_path / "books" / "postgres")
    return tmp_path / "books"


@pytest.fixture
def started() -> Iterator[Callable[..., embedded.Embedded]]:
    servers: list[embedded.Embedded] = []

    def make(data_dir: Path, **options: Any) -> embedded.Embedded:
        servers.append(embedded.start(data_dir=data_dir, **options))
        return servers[-1]

    yield make
    for server in servers:
        server.stop()


@pytest.fixture
def open_place() -> Iterator[Path]:
    """A folder that any user may enter, as /var/lib is, which pytest's own folders are not."""
    place = Path(tempfile.mkdtemp(prefix="duebook-test-"))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place)
