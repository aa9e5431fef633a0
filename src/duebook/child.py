"""One process of `duebook serve`: `python -m duebook.child http SERVER DATA FD` or `… worker SERVER DATA`; it dies with its server.

SERVER is the server's process id, DATA the data folder of its embedded PostgreSQL, empty where there is none, and FD the listening socket.
The database's address comes in DUEBOOK_DATABASE_URL, as the server found or started it.
"""

import ctypes
import gc
import os
import resource
import signal
import socket
import sys
from pathlib import Path

import uvloop

from duebook import app, settings
from duebook.jobs import runner
from duebook.settings import Settings
from duebook.store.room import Room
from duebook.web import logs

_PR_SET_PDEATHSIG = 1
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_KEPT_BYTES = 16 << 20


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


def spare_the_collector() -> None:
    """What was imported stays: the collector need not look at it again, and what a request makes mostly goes by count."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)


def keep_what_is_freed() -> None:
    """Have the allocator of glibc keep up to 16 MiB for what comes next.

    A batch fills buffers of a megabyte. Given back to the kernel after each, their pages would be new to the next: a twentieth of its time.
    """
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):
        libc.mallopt(_M_MMAP_THRESHOLD, _KEPT_BYTES)
        libc.mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)


def work(config: Settings, *, dsn: str, room: Room) -> None:
    """Be a worker on this database until SIGTERM or SIGINT."""
    uvloop.run(
        runner.run(
            dsn=dsn,
            request_seconds=config.request_seconds,
            grace_seconds=config.grace_seconds,
            pinned=config.today,
            room=room,
            tellers=app.tellers(config),
            names=app.message_names(),
            allow_private=config.webhook_allow_private,
        )
    )


def main(arguments: list[str]) -> None:
    """Run as `arguments` say, in the order of this module's docstring."""
    kind, parent, data, *sockets = arguments
    die_with(int(parent))
    allow_many_files()
    config = settings.read()
    logs.configure(level=config.log_level)
    if config.database_url is None:
        raise SystemExit("DUEBOOK_DATABASE_URL is not set: this process is started by `duebook serve`")
    room = Room(Path(data) if data else None)
    spare_the_collector()
    keep_what_is_freed()
    if kind == "http":
        listener = socket.socket(fileno=int(sockets[0]))
        uvloop.run(app.serve(settings=config, dsn=config.database_url, listener=listener, room=room))
    else:
        work(config, dsn=config.database_url, room=room)


if __name__ == "__main__":
    main(sys.argv[1:])
