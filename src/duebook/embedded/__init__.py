"""PostgreSQL on a fresh machine: the programs come from a wheel, the data lies in one folder, the server dies with us.

    server = start(data_dir=Path(".duebook"))      # `duebook serve`; stop() it, poll() it, restart() it
    with borrowed(data_dir=Path(".duebook")) as dsn:   # a command: the running server's, or one of its own
        ...

What holds: one server per data folder; it stops when its parent dies, however that dies; the data survives a kill -9
of anything; no permission is changed outside the data folder. Read in this order: `server` (the life of a server),
`account` (under whom it runs), `claim` (who may run it), `cluster` (how the data is made), `settings`, `postmaster`,
`programs`, `site`.

It needs Linux with util-linux (unshare, setpriv) and /proc. It does not migrate, know a table, open a connection or
decide about `DUEBOOK_DATABASE_URL`: that is for the caller.
"""

from duebook.embedded.errors import AlreadyRunningError, EmbeddedError
from duebook.embedded.programs import program
from duebook.embedded.server import Embedded, borrowed, running, start
from duebook.embedded.site import data_of

__all__ = ["AlreadyRunningError", "Embedded", "EmbeddedError", "borrowed", "data_of", "program", "running", "start"]
