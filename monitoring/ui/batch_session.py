"""The files of the Batch page: where they lie while somebody looks at them, and what is known of them.

An upload is copied to a temporary file and let go of at once, so that it is in memory for a moment only. The
file and the answer belong to one visitor and are gone when another file comes or the visit ends.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import uuid
import weakref
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from monitoring import batch
from monitoring.allowed_paths import PathNotAllowedError, folders, resolved
from monitoring.models import Model
from monitoring.store import StoreError
from monitoring.store.batch_files import KINDS
from monitoring.ui import cards, jobs, session, waiting

PIECE = 1 << 20
FILE, OTHER = "file", "other"
"""The two places for a file: the batch, and what it is compared with where that is no model."""
UPLOAD, PATH = "upload", "path"
_HOW = {UPLOAD: "Upload", PATH: "By its path"}


@dataclass(frozen=True, eq=False)
class Given:
    """A file that somebody gave.

    Attributes
    ----------
    path : Path
    name : str
        As the person's computer calls it.
    size : int
        In bytes.
    digest : str
        Changes with its content.
    """

    path: Path
    name: str
    size: int
    digest: str

    def copied_to(self, folder: str) -> Given:
        """The same, after whose end the folder of its copy goes, too."""
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        return self


def ask(place: str, label: str) -> Given | None:
    """Ask for a file, and say which one is there.

    Parameters
    ----------
    place : {'file', 'other'}
    label : str
        What the file is, in words.
    """
    known: Given | None = st.session_state.get(f"batch-{place}")
    if known is not None:
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"given-{place}"):
            st.markdown(f":material/description: **{cards.escaped(known.name)}**", width="content")
            st.caption(f"{label} · {megabytes(known.size)}", width="content")
            st.button(
                "Another file", key=f"drop-{place}", type="tertiary", icon=":material/close:",
                on_click=drop, args=(place,),
            )  # fmt: skip
        return known
    how = UPLOAD
    if folders():
        how = st.segmented_control(
            "From", (UPLOAD, PATH), default=UPLOAD, key=f"how-{place}", label_visibility="collapsed",
            format_func=_HOW.__getitem__,
        ) or UPLOAD  # fmt: skip
    return _named(place, label) if how == PATH else _uploaded(place, label)


def megabytes(size: int) -> str:
    """A size as people read it.

    Examples
    --------
    >>> megabytes(1_234), megabytes(5_300_000)
    ('1 kB', '5.3 MB')
    """
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{max(size / 1e3, 1):.0f} kB"


def _uploaded(place: str, label: str) -> None:
    """An uploader; a file that comes is copied and let go of, and the page begins anew."""
    turn = st.session_state.setdefault(f"batch-turn-{place}", 0)
    kinds = [one.removeprefix(".") for one in KINDS]
    file = st.file_uploader(
        label, kinds, key=f"upload-{place}-{turn}",
        help="Parquet, CSV, JSON lines or an Excel workbook. Nothing of it is stored unless you say so; "
        "larger files by their path: python -m monitoring batch MODEL FILE",
    )  # fmt: skip
    if file is None:
        return
    folder = tempfile.mkdtemp(prefix="lookout-")
    name = Path(file.name.replace("\\", "/")).name or "batch"
    path = Path(folder) / f"batch{Path(name).suffix.lower()}"
    digest, size = hashlib.sha256(), 0
    with path.open("wb") as out:
        while piece := file.read(PIECE):
            digest.update(piece)
            size += out.write(piece)
    st.session_state[f"batch-turn-{place}"] = turn + 1  # another uploader: this one's copy is freed
    _keep(place, Given(path, name, size, digest.hexdigest()).copied_to(folder))
    st.rerun()


def _named(place: str, label: str) -> None:
    """A path under the folders that may be read."""
    text = st.text_input(label, key=f"path-{place}", placeholder="a file under LOOKOUT_PATHS")
    if not text:
        return
    try:
        path = resolved(text)
        if not path.is_file():
            raise PathNotAllowedError(f"{text[:200]}: is a folder; name a file")
    except PathNotAllowedError as error:
        st.caption(cards.escaped(str(error)))
        return
    about = path.stat()
    _keep(place, Given(path, path.name, about.st_size, f"{path} {about.st_mtime_ns} {about.st_size}"))
    st.rerun()


def _keep(place: str, given: Given) -> None:
    drop(place)
    st.session_state[f"batch-{place}"] = given


def drop(place: str) -> None:
    """Let go of a file and of what was found in it."""
    for one in (f"batch-{place}", "batch-done"):
        st.session_state.pop(one, None)


def checked(model: Model | None, given: Given, other: Given | None, sheet: str) -> batch.Checked | None:
    """What is known of a file; worked out beside the page, and kept until another one comes.

    Parameters
    ----------
    model : Model or None
        None where two files are compared.
    given : Given
    other : Given or None
        What it is compared with in the place of a model's reference.
    sheet : str

    Returns
    -------
    Checked or None
        None where it failed, which is then said.
    """
    version = session.store().data_version(model.name) if model else ""
    key = (
        model.name if model else "",
        version,
        given.digest,
        given.name,
        sheet,
        other.digest if other else "",
    )
    known = st.session_state.get("batch-done")
    if known is not None and known[0] == key:
        return known[1]
    topic = f"batch {st.session_state.setdefault('batch-visitor', uuid.uuid4().hex)}"
    store = session.store() if model else None

    def work(say: jobs.Progress) -> batch.Checked:
        if store is None or model is None:
            if other is None:
                raise StoreError("no file to compare with")
            titles = (other.name, given.name)
            return batch.compared(other.path, given.path, titles=titles, sheet=sheet, progress=say)
        return batch.check(
            store, model.name, given.path, title=given.name, sheet=sheet,
            reference=other.path if other else None, progress=say,
        )  # fmt: skip

    desk = jobs.desk()
    job = desk.job(topic, key, work)
    place = st.empty()
    waiting.until_done(job, place, f"Reading {cards.escaped(given.name)}")
    place.empty()
    desk.forget(topic, key)  # the answer is the visitor's, not the process's
    error = job.future.exception() if not job.future.cancelled() else StoreError("it was given up")
    if error is not None:
        said = str(error) if isinstance(error, StoreError | ValueError) else type(error).__name__
        cards.empty(said, "Mend the file and take it again: **Another file** lets go of this one.")
        return None
    st.session_state["batch-done"] = (key, job.future.result())
    return job.future.result()
