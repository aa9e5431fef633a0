"""What can be wrong with the embedded server, in words for the person who started it. Nothing is caught here."""


class EmbeddedError(RuntimeError):
    """PostgreSQL could not be started; the message says why and what to do."""


class AlreadyRunningError(EmbeddedError):
    """The data folder is taken by another server, which is left alone. `pid` is its postmaster, None at its start."""

    def __init__(self, message: str, *, pid: int | None) -> None:
        super().__init__(message)
        self.pid = pid
