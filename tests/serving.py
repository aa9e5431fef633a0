"""`duebook serve` as a process of its own, for tests that must see what a client on the network sees."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

READY_SECONDS = 60
STOP_SECONDS = 30


@contextmanager
def serving(dsn: str, *, logs: Path, **settings: str) -> Generator[str]:
    """A server on a migrated database and a free port; gives its address. `settings` are DUEBOOK_… variables without that prefix, in small
    letters; what the server writes goes to the file `logs`.
    """
    given = {f"DUEBOOK_{name.upper()}": value for name, value in settings.items()}
    environment = os.environ | {"DUEBOOK_DATABASE_URL": dsn, "DUEBOOK_PORT": "0", "DUEBOOK_LOG_LEVEL": "warning"} | given
    command = [str(Path(sys.executable).with_name("duebook")), "serve"]
    with logs.open("wb") as log, subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True) as process:
        try:
            yield _address(process, logs)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
    assert process.returncode == 0, logs.read_text(encoding="utf-8")


def _address(process: "subprocess.Popen[str]", logs: Path) -> str:
    assert process.stdout is not None
    # Reading a line waits for ever; the watch ends the process, and with it the line, where it says nothing.
    watch = threading.Timer(READY_SECONDS, process.kill)
    watch.start()
    try:
        said = process.stdout.readline()
    finally:
        watch.cancel()
    found = re.search(r"ready at (http://\S+)", said)
    assert found, f"the server said {said!r}; {logs.read_text(encoding='utf-8')}"
    return found[1]
