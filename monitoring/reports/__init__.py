"""The same frames as the pages, as one file that can be read anywhere: no app, no network, no script.

`asking` says what a report is about, `gathering` reads it from the store into what `gathered` names, the
parts put it into words and pictures (`svg`, `scales`, `charts`, `strips` and `pairs` draw them), `rendering`
writes the HTML and `record` the JSON; `batch_part` does the same for a file that was held against a model.

>>> def written(store, name, path):  # in a notebook, or a job of one's own
...     found = gather(store, store.model(name))
...     return path.write_text(html(found), "utf-8")
"""

from monitoring.reports import batch_part
from monitoring.reports.asking import Asked, NothingToReportError, Scope
from monitoring.reports.gathered import Gathered
from monitoring.reports.gathering import gather
from monitoring.reports.record import frames, record, text
from monitoring.reports.rendering import html

__all__ = [
    "Asked",
    "Gathered",
    "NothingToReportError",
    "Scope",
    "batch_part",
    "frames",
    "gather",
    "html",
    "record",
    "text",
]
