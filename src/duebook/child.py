"""One process of `duebook serve`: `python -m duebook.child http SERVER FD` or `… worker SERVER`. It dies with the server that started it.

The database's address comes in DUEBOOK_DATABASE_URL, as the server found or started it.
"""

import asyncio
import ctypes
import gc
import os
import resource
import signal
import socket
import sys

import uvloop

from duebook import app, settings
from duebook.jobs import runner
from duebook.store.room import Room

_PR_SET_PDEATHSIG = 1


def die_with(parent: int) -> None:
    """Have the kernel kill this process when `parent` dies, however it dies; at once if it is already gone."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def allow_many_files() -> None:
    """A connection is a file: the usual soft limit of 1,024 is less than what a busy server is asked for."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = 65_536 if hard == resource.RLIM_INFINITY else min(hard, 65_536)
    if soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def main(arguments: list[str]) -> None:
    """Run as `arguments` say: the kind, the server's process id and, for http, the number of the listening socket."""
    kind, parent = arguments[0], int(arguments[1])
    die_with(parent)
    allow_many_files()
    config = settings.read()
    app.configure_logs(config.log_level)
    if config.database_url is None:
        raise SystemExit("DUEBOOK_DATABASE_URL is not set: this process is started by `duebook serve`")
    # What was imported stays: the collector need not look at it again, and what a request makes mostly goes by count.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)
    if kind == "http":
        listener = socket.socket(fileno=int(arguments[2]))
        uvloop.run(app.serve(settings=config, dsn=config.database_url, listener=listener))
    else:
        asyncio.run(
            runner.run(
                dsn=config.database_url,
                request_seconds=config.request_seconds,
                grace_seconds=config.grace_seconds,
                pinned=config.today,
                room=Room(config.room_dir),
            )
        )


if __name__ == "__main__":
    main(sys.argv[1:])
