"""Two versions on the same rows: how often they agree, how much one is better, and when that is certain.

Every difference is that of the second version less the first. `agreement` needs no labels; `right` compares
decisions with labels, `row_losses` means of a loss, `areas` areas under ROC curves, `tables` any function of
both tables of labels and decisions; `sequences` gives intervals that may be looked at every day, `planning`
says what rows are still needed, `ranking` compares several versions with one, `verdicts` answers a trial.
"""

from monitoring.statistics.paired import (
    agreement,
    areas,
    planning,
    ranking,
    right,
    row_losses,
    sequences,
    tables,
    verdicts,
)

__all__ = [
    "agreement",
    "areas",
    "planning",
    "ranking",
    "right",
    "row_losses",
    "sequences",
    "tables",
    "verdicts",
]
