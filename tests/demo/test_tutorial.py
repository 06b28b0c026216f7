"""What the tutorial quotes from the command line is what the demo says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from monitoring import commands
from monitoring.store import Store
from tests.documents.reading import text

QUOTED = re.compile(r"```sh\n(python -m monitoring check [^\n]+)\n```\n\n```text\n(.*?)```", re.DOTALL)


def test_quoted_answers_are_what_the_store_answers(store: Store) -> None:
    quoted = QUOTED.findall(text(Path("docs/tutorial.md")))
    assert len(quoted) == 2
    for command, told in quoted:
        words = shlex.split(command)
        said = commands.answer(store, "check", {"model": words[4], "as_of": words[6], "format": "text"})
        assert told.splitlines() == said.stdout.splitlines()[: len(told.splitlines())]
