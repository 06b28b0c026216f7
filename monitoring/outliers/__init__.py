"""Which rows are unlike the reference: how many of each chunk, which ones, and by which features.

`reading` takes the counts of a model from the store, `judging` says of each chunk how many rows are outlying
and whether that is too many, `wording` puts a row's features and a day into words, `frames` writes the tidy
frame, `looking` lays rows out in two dimensions and asks a forest for a second opinion.
"""

from monitoring.outliers import frames
from monitoring.outliers.judging import Judged, judged
from monitoring.outliers.looking import Look, look
from monitoring.outliers.reading import Found, NotScoredError, read
from monitoring.outliers.wording import chunk_sentence, reference_sentence, row_words, sentence, standing_out

__all__ = [
    "Found",
    "Judged",
    "Look",
    "NotScoredError",
    "chunk_sentence",
    "frames",
    "judged",
    "look",
    "read",
    "reference_sentence",
    "row_words",
    "sentence",
    "standing_out",
]
