"""A model's description: the TOML file a user writes, as one validated, immutable object."""

from __future__ import annotations

import functools
import tomllib
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from monitoring.alert_rules import DEFAULTS, Rule
from monitoring.alert_rules import fault as alerts_fault
from monitoring.costs import Costs
from monitoring.instants import Instants, zones
from monitoring.reference import Reference
from monitoring.rules import Rules
from monitoring.scoring import Scoring
from monitoring.source import Source
from monitoring.versions import Versions

Kind = Literal["numeric", "ordinal", "binary", "categorical"]
Task = Literal["binary", "multiclass", "regression"]
CHUNKS = ("1 hour", "1 day", "7 days", "28 days")


class ModelError(ValueError):
    """A model's description is wrong; the message names the key and the fix."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _canonical(value: object) -> object:
    """Write a class the way labels are stored: whole numbers without a fraction, booleans as 0 and 1."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return str(int(value.lower() == "true"))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, int | float) else value


Label = Annotated[str, BeforeValidator(_canonical)]


class Columns(_Part):
    """How the log names things. ``score`` is a column, or for multiclass one column per class.

    ``error`` is no column unless one is named: it says that a version failed on a request.
    """

    id: str = "id"
    predicted_at: str = "predicted_at"
    version: str = "version"
    score: str | dict[str, str] = "score"
    prediction: str = "prediction"
    label: str = "label"
    labelled_at: str = "labelled_at"
    latency: str = "latency"
    error: str = ""
    scores: dict[str, str | dict[str, str]] = Field(default_factory=dict)


class Segments(_Part):
    """Columns whose values get a profile of their own."""

    columns: tuple[str, ...] = Field(default=(), max_length=5)


class Feature(_Part):
    """What is known of one feature; only needed where detection is wrong."""

    kind: Kind | None = None
    importance: float | None = Field(default=None, ge=0)
    private: bool = False
    title: str | None = None
    unit: str | None = None


class Limits(_Part):
    """Tolerances of the rules; every one has a default."""

    accuracy_drop: float = Field(default=0.02, gt=0, le=1)
    drift_floor: float = Field(default=0.02, ge=0)
    minimum_rows: int = Field(default=30, ge=1)
    false_alarms: float = Field(default=0.01, gt=0, le=0.2)


class Review(_Part):
    """Which rows people are asked to look at, and how many."""

    audit: float = Field(default=0.005, ge=0, le=1)
    budget: int = Field(default=20, ge=1, le=10_000)
    uncertain: float = Field(default=0.1, gt=0, le=0.5)
    confident: float = Field(default=0.9, ge=0.5, lt=1)
    reasons: tuple[str, ...] | None = None


class Model(_Part):
    r"""One monitored model.

    Examples
    --------
    >>> model = parse('name = "churn"\ntask = "binary"')
    >>> model.versions.champion, model.chunk
    ('champion', '1 day')
    >>> parse('name = "churn"\ntask = "binary"\ncolour = "red"')
    Traceback (most recent call last):
    monitoring.models.ModelError: colour: unknown key; remove it or correct its spelling
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")
    title: str = ""
    task: Task
    timezone: str = "UTC"
    chunk: Literal["1 hour", "1 day", "7 days", "28 days"] = "1 day"
    threshold: float = 0.5
    positive: Label = "1"
    clock: Literal["now", "last row"] = "now"
    owner: str = ""
    notes: str = ""
    versions: Versions = Versions()
    columns: Columns = Columns()
    instants: Instants = Instants()
    reference: Reference | None = None
    source: Source | None = None
    segments: Segments = Segments()
    features: dict[str, Feature] = Field(default_factory=dict)
    limits: Limits = Limits()
    costs: Costs | None = None
    rules: Rules = Rules()
    review: Review | None = None
    scoring: Scoring | None = None
    exclude: tuple[str, ...] = ()
    star: tuple[str, ...] = ()
    retention_days: int | None = Field(default=None, ge=1)
    alerts: tuple[Rule, ...] | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Model:
        if self.timezone not in zones():
            raise ValueError(f"timezone: {self.timezone!r} is not a time zone; write one like 'Europe/Paris'")
        if self.name in ("main", "temp", "memory", "system", "pg_catalog", "information_schema"):
            raise ValueError(f"name: {self.name!r} is reserved by the database; choose another")
        if self.task == "multiclass" and not self.classes:
            raise ValueError("columns.score: a multiclass model names one probability column per class")
        if len({name.lower() for name in self.classes}) < len(self.classes):
            raise ValueError("columns.score: two classes differ only by case; give one of them another name")
        for version, score in self.columns.scores.items():
            if set(score if isinstance(score, dict) else ()) != set(self.classes):
                raise ValueError(
                    f"columns.scores.{version}: every version names a column for the same classes"
                )
        self._assert_versions_known()
        fault = self.costs.fault(self.task, self.classes) if self.costs else ""
        fault = fault or alerts_fault(self.alerts, self.segments.columns)
        if fault:
            raise ValueError(fault)
        return self

    def _assert_versions_known(self) -> None:
        known = (*self.versions.champions, *self.versions.shadows, *self.columns.scores)
        for name in self.scoring.versions if self.scoring else ():
            if name not in known:
                raise ValueError(
                    f"scoring.{name}: no version is called {name!r}; [versions] names "
                    f"{', '.join(dict.fromkeys(known))}"
                )
        for name in self.reference.versions if self.reference else ():
            if name not in known:
                raise ValueError(
                    f"reference.{name}: no version is called {name!r}; [versions] names "
                    f"{', '.join(dict.fromkeys(known))}"
                )

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the model's days."""
        return ZoneInfo(self.timezone)

    @property
    def grain(self) -> Literal["hour", "day"]:
        """The finest chunk the profile keeps."""
        return "hour" if self.chunk == "1 hour" else "day"

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes of a multiclass model, in the order of the file."""
        score = next(iter(self.columns.scores.values()), self.columns.score)
        return tuple(score) if isinstance(score, dict) else ()

    @property
    def prices(self) -> tuple[tuple[float, ...], ...] | None:
        """What a row costs by label and decision, where the file says so; see `Costs.prices`."""
        return self.costs.prices(self.classes) if self.costs else None

    @property
    def alert_rules(self) -> tuple[Rule, ...]:
        """The rules of alerts: those of the file, or the usual ones where it has none."""
        return DEFAULTS if self.alerts is None else self.alerts

    @property
    def wide(self) -> bool:
        """Whether a log holds one row per request with a score column per version."""
        return bool(self.columns.scores)

    def feature_title(self, name: str) -> str:
        """What to call a feature: its title in the file, or its name."""
        known = self.features.get(name)
        return (known.title if known else None) or name

    @property
    def label_title(self) -> str:
        """What to call the model in a sentence."""
        return self.title or self.name


@functools.lru_cache(maxsize=256)
def parse(text: str) -> Model:
    """Read a model's description; the same text gives the same object.

    Parameters
    ----------
    text : str
        The content of the TOML file.

    Returns
    -------
    Model

    Raises
    ------
    ModelError
        If the text is not TOML or a key is unknown, missing or out of range.
    """
    try:
        return Model.model_validate(tomllib.loads(text.removeprefix("\ufeff")))
    except tomllib.TOMLDecodeError as error:
        raise ModelError(f"not a TOML file: {error}") from error
    except RecursionError as error:
        raise ModelError("not a TOML file that can be read: it is nested too deeply") from error
    except ValidationError as error:
        raise ModelError("; ".join(_complaint(item) for item in error.errors())) from None


def _complaint(item: ErrorDetails) -> str:
    """Put one pydantic error into words a user can act on."""
    where = item["loc"]
    if where[:2] == ("reference", "versions") and len(where) > 2:
        where = (where[0], *where[2:])  # the file writes [reference.<version>]
    key = ".".join(str(part) for part in where)
    if item["type"] == "extra_forbidden":
        return f"{key}: unknown key; remove it or correct its spelling"
    if item["type"] == "missing":
        return f"{key}: missing; every model needs it"
    message = str(item["msg"]).removeprefix("Value error, ")
    return f"{key}: {message}" if key else message
