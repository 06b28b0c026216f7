"""What a command prints and the code it ends with, also where something is wrong."""

from __future__ import annotations

import traceback
from dataclasses import dataclass

from monitoring.arguments import QuestionError
from monitoring.models import ModelError
from monitoring.store import StoreError
from monitoring.store.database import DatabaseError

OK, UNHEALTHY, WRONG = 0, 1, 2


@dataclass(frozen=True)
class Answer:
    """What a command prints on standard output and standard error, and its exit code."""

    stdout: str = ""
    stderr: str = ""
    code: int = OK


INTERRUPTED = Answer(stderr="interrupted; nothing is left half done\n", code=130)


def failure(error: BaseException) -> Answer:
    r"""Put an error into words, with the exit code 2; only one that nobody foresaw shows where it arose.

    A command that the keyboard stopped ends with 130, as the shell has it.

    Examples
    --------
    >>> failure(FileNotFoundError(2, "No such file or directory", "may.csv")).stderr
    'may.csv: No such file or directory\n'
    """
    if isinstance(error, KeyboardInterrupt) or str(error) == "Query interrupted":  # the database's way
        return INTERRUPTED
    if isinstance(error, StoreError | ModelError | QuestionError):
        words = str(error)
    elif isinstance(error, OSError) and error.strerror:
        words = f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    elif isinstance(error, DatabaseError):
        words = f"the database could not do it: {str(error).splitlines()[0]}"
    else:
        where = "".join(traceback.format_exception(error))
        words = f"{where}this is an error in Lookout itself; please report it with the lines above"
    return Answer(stderr=f"{words}\n", code=WRONG)
