"""The log that a new model is drafted from: uploaded, or found by its path where that is allowed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from monitoring import allowed_paths
from monitoring.allowed_paths import PathNotAllowedError
from monitoring.onboarding import passing
from monitoring.store import StoreError
from monitoring.store.sampled import Sample
from monitoring.store.summaries import summarised
from monitoring.store.unknown_files import DATABASES
from monitoring.ui import cards

ENDINGS = ["csv", "tsv", "parquet", "pq", "jsonl", "ndjson", "json"]
LONGEST = 100  # letters of a file's name
_LOOKED, _TURN = "add-looked", "add-turn"


@dataclass(frozen=True)
class Given:
    """A log that somebody gave.

    Attributes
    ----------
    token : str
        Another for every file.
    title : str
    table : str
        Of a DuckDB file.
    path : Path or None
        Where it is; None for one that was uploaded.
    upload : UploadedFile or None
    """

    token: str
    title: str
    table: str = ""
    path: Path | None = None
    upload: Any = None

    @contextmanager
    def file(self) -> Iterator[Path]:
        """The log as a file, which is gone afterwards where it was uploaded."""
        if self.path is not None:
            yield self.path
            return
        with passing() as folder:
            place = folder / self.title
            self.upload.seek(0)
            with place.open("wb") as out:
                while block := self.upload.read(1 << 20):
                    out.write(block)
            yield place


def given() -> Given | None:
    """Ask for the log; None as long as there is none."""
    turn = st.session_state.get(_TURN, 0)
    folders = allowed_paths.folders()
    one, two = st.columns([3, 2], gap="medium")
    upload = one.file_uploader(
        "A file of the log: CSV, Parquet, JSON lines", ENDINGS, key=f"add-file-{turn}",
        help="A few weeks of predictions, one row each. It is read, not run, and kept only if you save.",
    )  # fmt: skip
    with two:
        typed = st.text_input(
            "Or a path where the app runs", key=f"add-path-{turn}", disabled=not folders,
            placeholder=f"{folders[0]}/…" if folders else "no folder is allowed",
            help="A file, a folder of Parquet, or a DuckDB file. Larger files go this way.",
        )  # fmt: skip
        if not folders:
            st.caption(
                "Paths are read below folders that the environment's `LOOKOUT_PATHS` names; on the command "
                "line any path: `python -m monitoring add FILE`."
            )
        table = ""
        if (typed or "").strip().lower().endswith(DATABASES):
            table = st.text_input(
                "Table", key=f"add-table-{turn}", help="May be empty where there is but one."
            )
    if upload is not None:
        return Given(str(upload.file_id), safe(upload.name), upload=upload)
    return _by_path(typed or "", table or "")


def _by_path(typed: str, table: str) -> Given | None:
    if not typed.strip():
        return None
    try:
        path = allowed_paths.resolved(typed)
        state = path.stat()
    except (PathNotAllowedError, OSError) as error:
        st.error(cards.escaped(str(error)))
        return None
    return Given(f"{path}-{state.st_mtime_ns}-{state.st_size}-{table}", path.name, table, path=path)


def safe(name: str) -> str:
    r"""The name of an upload as a file may be called here.

    Examples
    --------
    >>> safe("../../etc/a\0b.csv"), safe("C:\\logs\\may.csv"), safe("..")
    ('ab.csv', 'may.csv', 'log')
    """
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(letter for letter in last if letter.isprintable()).strip(". ")
    while len(kept.encode()) > LONGEST:
        kept = kept[1:]
    return kept or "log"


def looked(log: Given) -> Sample | None:
    """What is known of a log; it is read once, and what is wrong with it told."""
    known = st.session_state.get(_LOOKED)
    if known is None or known[0] != log.token:
        with st.spinner(f"Looking at {cards.escaped(log.title)}"):
            known = (log.token, *_read(log))
        st.session_state[_LOOKED] = known
    _, sample, problem = known
    if problem:
        cards.empty("This cannot be read as a log.", cards.escaped(problem))
    return sample


def _read(log: Given) -> tuple[Sample | None, str]:
    try:
        with log.file() as path:
            return summarised(path, log.table), ""
    except StoreError as error:
        return None, str(error)
    except OSError as error:
        return None, f"{log.title}: {error.strerror or 'cannot be read'}"


def forget() -> None:
    """Let go of the log, and of everything that was chosen for it."""
    st.session_state.pop(_LOOKED, None)
    st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1
