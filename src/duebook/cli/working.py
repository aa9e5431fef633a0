"""`duebook work`: a worker of its own, beside the one in `serve` or on another machine."""

import signal
import sys
import time
from typing import Final, NoReturn

import structlog

from duebook import embedded, supervisor
from duebook.cli.frame import configured, told
from duebook.settings import Settings
from duebook.store.db import LOST
from duebook.store.room import Room

_log = structlog.get_logger("duebook.worker")

_PAUSE_SECONDS: Final = 1.0


def work() -> None:
    """Do a worker's part (batches, webhooks, the daily round) until Ctrl-C, on DUEBOOK_DATABASE_URL or beside a running `duebook serve`.

    Any number of workers share what there is to do. It starts no PostgreSQL: without a database it waits for one, and connects again.
    """
    config = configured()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    with told():
        dsn = _database(config)
    from duebook import child  # with all that a worker needs, which no other command has to wait for

    data = None if config.database_url else embedded.data_of(config.data_dir)
    child.allow_many_files()
    child.spare_the_collector()
    child.work(config, dsn=dsn, room=Room(data))


def _database(config: Settings) -> str:
    """The address of the database, as soon as it takes connections, with its schema up to date. Raises what an operator can mend."""
    waits = False
    while True:
        dsn = config.database_url or embedded.running(data_dir=config.data_dir)
        if dsn is not None:
            try:
                supervisor.prepare(dsn)
                return dsn
            except (*LOST, TimeoutError) as error:
                if not waits:
                    _log.warning("waiting for the database", error=type(error).__name__)
        elif not waits:
            _log.warning("waiting for `duebook serve`", data_dir=str(config.data_dir))
        waits = True
        time.sleep(_PAUSE_SECONDS)


def _stop(_number: int, _frame: object) -> NoReturn:
    """While it waits there is nothing to end; at work the worker itself hears the signal."""
    sys.exit(0)
