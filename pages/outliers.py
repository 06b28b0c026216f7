"""Outliers: which rows are unlike the reference, and why?"""

from monitoring.ui import cards, filters, outliers_panel, shell

shell.page_guard()
cards.explanation(
    what="Every row has a score: how far in the reference's tails its values lie. A row is outlying when "
    "fewer than one in a thousand rows of the reference are as odd.",
    why="A model is no better than a guess on rows unlike all it has learnt from, and a few such rows change "
    "no distribution.",
    then="Look at what makes the oddest rows odd. Mend what is wrong at the source, and have people decide "
    "about rows that are right.",
)
outliers_panel.panel(filters.scope())
