"""What a model's description says of a fitted model that can score a batch: its file, and whom it trusts."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field, model_validator

_KEYS = ("file", "trusted")


class Scorer(BaseModel, extra="forbid", frozen=True):
    """A scikit-learn model saved with skops.

    Attributes
    ----------
    file : str
        Ends in ``.skops``; looked up in the folder ``models`` beside the store, or under a folder of
        ``LOOKOUT_PATHS``.
    trusted : tuple of str
        Names of types, beside those that skops trusts by itself, that may be made when it is read.
    """

    file: Annotated[str, Field(pattern=r"^.+\.skops$")]
    trusted: tuple[str, ...] = ()


class Scoring(BaseModel, extra="forbid", frozen=True):
    """Fitted models by version; that of the champion stands in ``[scoring]`` itself.

    Examples
    --------
    >>> one = Scoring.model_validate({"file": "a.skops", "boosting": {"file": "b.skops"}})
    >>> one.champion.file, one.versions["boosting"].file
    ('a.skops', 'b.skops')
    """

    champion: Scorer | None = None
    versions: dict[str, Scorer] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _told_apart(cls, given: object) -> object:
        """Take the tables for versions, and the keys beside them for the champion's file."""
        if not isinstance(given, dict) or (set(given) <= {"champion", "versions"} and "versions" in given):
            return given
        tables: dict[str, Any] = {name: value for name, value in given.items() if isinstance(value, dict)}
        keys = {name: value for name, value in given.items() if name not in tables}
        unknown = [name for name in keys if name not in _KEYS]
        if unknown:
            raise ValueError(f"{unknown[0]!r} is no key; there are file, trusted and tables of versions")
        if keys and "file" not in keys:
            raise ValueError('trusted belongs to a file; name it: file = "model.skops"')
        return {"champion": keys or None, "versions": tables}

    def of(self, version: str, champion: str) -> Scorer | None:
        """The fitted model of a version; None where the file names none.

        Parameters
        ----------
        version : str
        champion : str
            The version that serves.
        """
        return self.versions.get(version) or (self.champion if version == champion else None)
