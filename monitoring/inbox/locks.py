"""The lock that tells a living writer's segment from an abandoned one: it ends with the process."""

from __future__ import annotations

import os

if os.name == "nt":  # pragma: no cover - no Windows machine tests this
    import msvcrt

    def try_lock(descriptor: int) -> bool:
        """Lock a byte far behind the data: on Windows a lock keeps others from reading what it covers."""
        try:
            os.lseek(descriptor, 1 << 30, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def try_lock(descriptor: int) -> bool:
        """Lock an open file for as long as it stays open, without waiting.

        Parameters
        ----------
        descriptor : int
            Of a file opened for writing.

        Returns
        -------
        bool
            False if another process, or another descriptor of this one, holds the lock.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.NamedTemporaryFile() as first, open(first.name, "ab") as second:
        ...     try_lock(first.fileno()), try_lock(second.fileno())
        (True, False)
        """
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
