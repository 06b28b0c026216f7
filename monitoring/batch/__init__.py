"""Is this file like what we know? A batch is read beside the store, compared, told, and let go of.

`check` holds a file against a model, `compared` against another file. Both take it into a store in memory
that knows the reference (`monitoring.store.aside`), so every number is made by the code of the pages;
`inputs` judges drift, `parts` asks for quality, odd rows, scores and performance, `picking` chooses the rows
worth a look and `wording` says what it comes to.
"""

from monitoring.batch.checking import Checked, check, compared
from monitoring.batch.inputs import Feature, Inputs
from monitoring.batch.parts import Finding, Part, Said
from monitoring.batch.schema import Difference
from monitoring.batch.telling import text

__all__ = [
    "Checked",
    "Difference",
    "Feature",
    "Finding",
    "Inputs",
    "Part",
    "Said",
    "check",
    "compared",
    "text",
]
