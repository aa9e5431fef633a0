"""Drives a server from another process: `load.py`, or wrk for reads where it is installed, and pgbench for the other side of a ratio."""

import json
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import requests
from bench.ground import Books

_ROOT = Path(__file__).parent.parent
_LUA = Path(__file__).with_name("random_paths.lua")


@dataclass(frozen=True, slots=True)
class Sent:
    """How a file of requests went: monotonic seconds of the start and of each answer, and the seconds each took."""

    began: float
    ended: Sequence[float]
    took: Sequence[float]

    @property
    def seconds(self) -> float:
        return self.ended[-1] - self.began


@dataclass(frozen=True, slots=True)
class Reads:
    """How reads went: answers a second, and the median and the 99th percentile of their milliseconds."""

    per_second: float
    p50: float
    p99: float


def send(port: int, file: Path, *, connections: int, seconds: float | None = None) -> Sent:
    """Send requests from a process of its own: each once, or at random for `seconds`. Raises when an answer is no 2xx."""
    order = {"port": port, "connections": connections, "file": str(file), "seconds": seconds}
    done = subprocess.run(
        [sys.executable, "-m", "bench.load"], input=json.dumps(order), check=True, text=True, stdout=subprocess.PIPE, cwd=_ROOT
    )
    told = json.loads(done.stdout)
    if told["refused"]:
        raise RuntimeError(f"{len(told['refused'])} answers were no 2xx, the first: {told['refused'][0]}")
    return Sent(told["began"], told["ended"], told["took"])


def has_wrk() -> bool:
    """Whether wrk is here; root on Debian gets it installed."""
    if shutil.which("wrk") is None and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for words in (["update"], ["install", "-y", "--no-install-recommends", "wrk"]):
            subprocess.run(["apt-get", "-qq", *words], check=False, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return shutil.which("wrk") is not None


def read(books: Books, port: int, paths: Sequence[str], *, folder: Path, connections: int, seconds: float) -> Reads:
    """GET paths at random for some seconds, with wrk if it is here. Raises when an answer is no 200."""
    if not has_wrk():
        file = requests.write(folder / "reads", (requests.get(books, path) for path in paths))
        sent = send(port, file, connections=connections, seconds=seconds)
        ordered = sorted(sent.took)
        return Reads(len(ordered) / sent.seconds, statistics.median(ordered) * 1000, ordered[len(ordered) * 99 // 100] * 1000)
    file = folder / "paths"
    file.write_text("\n".join(paths))
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "-H", f"Authorization: {books.key}", "-s", str(_LUA)]
    done = subprocess.run([*command, f"http://127.0.0.1:{port}", "--", str(file)], check=True, capture_output=True, text=True)
    told = json.loads(done.stdout.rpartition("RESULT ")[2])
    if told["errors"] or not told["requests"]:
        raise RuntimeError(f"wrk saw {told['errors']} errors in {told['requests']} answers: {done.stdout}")
    return Reads(told["requests"] / told["seconds"], told["p50"], told["p99"])
