"""Why the place where a model's log lies cannot be followed, or what of it has to be told."""

from __future__ import annotations

ROWS = (
    (
        "source_gone",
        "the source is not there",
        "the source is not there: {place}",
        "Mount or make the folder or the database, or correct [source] in the model's file.",
    ),
    (
        "source_empty",
        "all files of the source are gone",
        "all files of the source are gone: {place}",
        "Mount the folder again; if the files were moved, name their place in [source]. No row was lost.",
    ),
    (
        "source_denied",
        "the source may not be read",
        "the source may not be read: {place}",
        "Give the user that runs Lookout the right to read it.",
    ),
    (
        "source_locked",
        "another process holds the source",
        "another process holds {place}",
        "Nothing is lost: it is read once the process lets go. Let it close the file after writing.",
    ),
    (
        "source_unusable",
        "something in the source cannot be used",
        "{place} cannot be used: {why}",
        "Correct or take away what cannot be used; it is looked at again once it changes.",
    ),
    (
        "source_removed",
        "something was removed from the source",
        "removed from the source: {place}",
        "Nothing: its rows stay in the log. To take them out, forget the file.",
    ),
    (
        "source_kept",
        "a file was written anew after retention had deleted rows of it",
        "{place} was written anew after retention had deleted rows of it",
        "Nothing, where rows were only added: new ones went in. Changed ones stay as they were first.",
    ),
)
"""Code, words, sentence and fix, as `monitoring.reasons.Reason` has them."""
