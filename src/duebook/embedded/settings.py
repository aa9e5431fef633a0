"""PostgreSQL's settings: what the books hang on stands on the command line, the rest is an operator's to change.

`duebook.conf` is written anew at every start; the operator's own lines stand in `postgresql.conf` below its include
and win over it. Reads the machine's memory; starts nothing.
"""

import os
from contextlib import suppress
from pathlib import Path

from duebook.embedded.account import Account

PORT = 5432  # no TCP port: it only names the socket file

_MIB = 1 << 20
_CGROUP_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))

POSTGRESQL_CONF = """\
# duebook writes duebook.conf at every start. Lines below the include are yours and win over it, except for what stands
# on the command line: fsync, full_page_writes, synchronous_commit, and where the server listens.
include 'duebook.conf'
"""

_DUEBOOK_CONF = """\
# Written by duebook at every start: change postgresql.conf instead.
max_connections = 100
shared_buffers = {buffers}MB
effective_cache_size = {cache}MB
max_wal_size = 4GB
min_wal_size = 256MB
checkpoint_timeout = 15min
# What an import writes goes to disk while its transaction runs, and its commit waits for the rest only. (Idle, the writer sleeps longer.)
wal_writer_delay = 10ms
random_page_cost = 1.1

# Error messages without DETAIL, statements and parameters: those hold customers' names and amounts.
log_destination = stderr
logging_collector = off
log_line_prefix = '%m [%p] '
log_error_verbosity = terse
log_min_error_statement = panic
log_checkpoints = off

timezone = 'UTC'
log_timezone = 'UTC'
datestyle = 'iso, ymd'
default_text_search_config = 'pg_catalog.simple'
"""


def command_line(*, socket_dir: Path) -> list[str]:
    """What no file may change."""
    fixed = {
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "listen_addresses": "",
        "unix_socket_directories": str(socket_dir),
        "unix_socket_permissions": "0700",
        "port": str(PORT),
    }
    return [word for name, value in fixed.items() for word in ("-c", f"{name}={value}")]


def write(*, data: Path, account: Account) -> None:
    """Write `duebook.conf` for the memory of this machine."""
    memory = _memory_bytes() // _MIB
    # An eighth, for we are not alone; the upper bound keeps the checkpoint at a shutdown short.
    text = _DUEBOOK_CONF.format(buffers=min(max(memory // 8, 32), 1024), cache=max(memory // 2, 64))
    fresh = data / "duebook.conf.new"
    fresh.write_text(text)
    fresh.chmod(0o600)
    account.give(fresh)
    fresh.rename(data / "duebook.conf")


def _memory_bytes() -> int:
    """Of the machine, or of the container where that is less."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for limit in _CGROUP_LIMITS:
        with suppress(OSError, ValueError):  # absent, or the word "max"
            memory = min(memory, int(limit.read_text()))
    return memory
