"""What the benchmark ran on, in a sentence."""

import os
import platform
import re
import subprocess
from pathlib import Path

from duebook import embedded


def described() -> str:
    """Cores, processor, memory, kernel, Python and PostgreSQL, and how busy the machine was beside us."""
    postgres = subprocess.run([embedded.program("postgres"), "--version"], capture_output=True, text=True, check=True).stdout
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores of {_processor()}, {memory:.0f} GiB of memory, Linux {platform.release()}, "
        f"Python {platform.python_version()}, PostgreSQL {postgres.split()[-1]}, load average {os.getloadavg()[2]:.1f}"
    )


def _processor() -> str:
    found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1].strip() if found else platform.machine()
