"""Whole servers for the tests of faults. Every server that a test starts is ended, and must leave nothing running."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import pytest

from duebook import embedded
from tests.faults.serving import Served, ask, run


@dataclass(frozen=True)
class Books:
    """A data folder made once, with Acme, a key of its sandbox tenant, and its customer Dupont."""

    data_dir: Path
    tenant_id: str
    key: str
    client_id: str


@pytest.fixture(scope="session")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    place = tmp_path_factory.mktemp("books")
    served = Served(place / "data", log=place / "log")
    try:
        served.ready()
        settings = {"DUEBOOK_DATA_DIR": str(place / "data")}
        opened = run("tenant", "create", "Acme", "--json", **settings)
        made = run("key", "create", "--tenant", "Acme", "--mode", "test", "--json", **settings)
        assert opened.returncode == made.returncode == 0, opened.stderr + made.stderr
        row = json.loads(made.stdout)
        served.key = row["key"]
        client = served.post("/clients", {"name": "Dupont", "externalId": "dupont"})
        assert client.status_code == 200, client.text
    finally:
        served.end()
    return Books(place / "data", row["tenantId"], row["key"], client.json()["id"])


Starter = Callable[..., Served]


@pytest.fixture
def data_dir(books: Books, tmp_path: Path) -> Path:
    """A copy of the books of this test's own."""
    shutil.copytree(books.data_dir / "postgres", tmp_path / "data" / "postgres")
    return tmp_path / "data"


@pytest.fixture
def starting(books: Books, tmp_path: Path) -> Iterator[Starter]:
    """Starts `duebook serve` on a data folder, without waiting: `starting(data_dir, "--workers", "2", DUEBOOK_…="…")`."""
    servers: list[Served] = []

    def start(data_dir: Path, *words: str, shell: str = 'exec "$@"', **settings: str) -> Served:
        log = tmp_path / f"log-{len(servers)}"
        servers.append(Served(data_dir, *words, key=books.key, log=log, shell=shell, **settings))
        return servers[-1]

    yield start
    for served in reversed(servers):  # a later one may have taken over the data of an earlier one
        served.end()


@pytest.fixture
def started(starting: Starter) -> Starter:
    """Starts `duebook serve` and waits until it is ready."""

    def start(data_dir: Path, *words: str, **settings: str) -> Served:
        return starting(data_dir, *words, **settings).ready()

    return start


@pytest.fixture(scope="module")
def shared(books: Books, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server with two HTTP processes for the tests of a module that leave it as it was."""
    place = tmp_path_factory.mktemp("shared")
    shutil.copytree(books.data_dir / "postgres", place / "data" / "postgres")
    served = Served(place / "data", "--workers", "2", key=books.key, log=place / "log")
    try:
        yield served.ready()
    finally:
        served.end()


@dataclass(frozen=True)
class External:
    """A PostgreSQL that is not the server's own. `fresh()` is the DSN of a new database, with the books of Acme or empty."""

    server: embedded.Embedded

    def fresh(self, *, template: str = "duebook") -> str:
        name = f"books_{uuid4().hex[:12]}"
        ask(self.server.superuser_dsn, f'CREATE DATABASE "{name}" OWNER duebook TEMPLATE "{template}"')
        return urlunsplit(urlsplit(self.server.dsn)._replace(path=f"/{name}"))


@pytest.fixture(scope="module")
def external(books: Books, tmp_path_factory: pytest.TempPathFactory) -> Iterator[External]:
    place = tmp_path_factory.mktemp("external")
    shutil.copytree(books.data_dir / "postgres", place / "postgres")
    server = embedded.start(data_dir=place)
    try:
        yield External(server)
    finally:
        server.stop()
