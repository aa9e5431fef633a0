"""Under whom PostgreSQL runs, and the words that stand before a command so that it runs so and dies with us.

PostgreSQL refuses to run as root. Three ways, in order of preference:

- we are an ordinary user: under ourselves;
- we are root and may make user namespaces: still root to the files, an ordinary user to PostgreSQL. No file changes
  its owner, and a 0700 folder of root's above the data is no obstacle;
- else root drops to the owner of the data, or to `nobody` for new data.

Decides nothing about folders (`site` does), and changes no owner but of what it is handed.
"""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

# The kernel sends the signal when our main thread dies, but not if we died before it was asked to: hence the look at
# the parent afterwards. `env` undoes an ignored SIGINT, which a background job of a shell script inherits and which
# would swallow the signal in the moment before PostgreSQL has set its own handlers.
_DIES_WITH_PARENT = 'parent=$1; shift; [ "$PPID" = "$parent" ] || exit 1; exec "$@"'
# PostgreSQL looks its user's name up, so the number shown inside the namespace has to be one that the machine knows.
_NAMESPACE_UIDS = (1, 2, 1000, 65534)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """`uid` and `gid` own the files on disk; `words` stand before every command."""

    uid: int
    gid: int
    words: tuple[str, ...] = ()

    def command(self, argv: Sequence[str | Path], *, signal: Literal["INT", "KILL"]) -> list[str]:
        """`argv` under this account, as one process (its pid is the child's pid) that gets `signal` when we die."""
        guard = ["setpriv", "--pdeathsig", signal, "env", "--default-signal=INT", "sh", "-c", _DIES_WITH_PARENT, "sh"]
        return [*self.words, *guard, str(os.getpid()), *map(str, argv)]

    def reaches(self, *paths: Path) -> bool:
        """Whether this account may enter (a folder) or run (a program) each of `paths`, and exists at all."""
        test = [*self.words, "sh", "-c", 'for path; do [ -x "$path" ] || exit 1; done', "sh", *map(str, paths)]
        return subprocess.run(test, capture_output=True, check=False, timeout=30, cwd="/").returncode == 0

    def give(self, path: Path) -> None:
        """Make the account own `path`, one of our own files, if it does not yet."""
        if path.lstat().st_uid != self.uid:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def give_tree(self, top: Path) -> None:
        """Make the account own `top` and all below. The top comes last: it is what says that the work is done."""
        for folder, _, files in os.walk(top, topdown=False):
            for name in files:
                self.give(Path(folder, name))
            self.give(Path(folder))


def ourselves() -> Account:
    """The user who runs us, who is not root."""
    return Account(uid=os.geteuid(), gid=os.getegid())


def namespaced() -> Account:
    """Root outside, an ordinary user inside a user namespace. Ask `reaches`: the machine may refuse namespaces."""
    uid = next((uid for uid in _NAMESPACE_UIDS if _known(uid)), _NAMESPACE_UIDS[-1])
    return Account(uid=0, gid=0, words=("unshare", "-U", f"--map-user={uid}", f"--map-group={uid}"))


def dropped(*, owner: int | None) -> Account:
    """Root steps down to `owner`, the uid that owns the data, or to nobody where there is no data yet."""
    entry = pwd.getpwnam("nobody") if owner is None else _known(owner)
    uid = entry.pw_uid if entry else owner
    gid = entry.pw_gid if entry else owner
    if uid is None or gid is None or uid == 0:
        raise ValueError("root cannot drop to root")
    words = ("setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups", "--no-new-privs")
    return Account(uid=uid, gid=gid, words=words)


def _known(uid: int) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwuid(uid)
    except KeyError:
        return None
