"""What is measured, one function each, run in a fresh process that prints its figures as one line of JSON.

`log_tasks` take rows in, `question_tasks` answer, `page_tasks` draw.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

from benchmarks import log_tasks, page_tasks, question_tasks, stores


def prepare(rows: int) -> dict[str, float]:
    """Make a store beforehand, so that nobody's figures hold the making; the wide one for no rows."""
    if rows:
        stores.of_rows(rows)
    else:
        stores.wide()
    return {}


TASKS: dict[str, Callable[..., dict[str, float]]] = {
    task.__name__: task for task in (prepare, *log_tasks.TASKS, *question_tasks.TASKS, *page_tasks.TASKS)
}

if __name__ == "__main__":
    print(json.dumps(TASKS[sys.argv[1]](**json.loads(sys.argv[2]))))
