"""The only door to DuckDB: the prediction log, its quarantine and its profile."""

from monitoring.store.cubes import Cube, Cubes
from monitoring.store.errors import (
    NotAStore,
    Refused,
    StoreError,
    StoreInUse,
    UnknownFile,
    UnknownModel,
    UnreadableFile,
)
from monitoring.store.receipts import Receipt, Span
from monitoring.store.store import Store

__all__ = [
    "Cube",
    "Cubes",
    "NotAStore",
    "Receipt",
    "Refused",
    "Span",
    "Store",
    "StoreError",
    "StoreInUse",
    "UnknownFile",
    "UnknownModel",
    "UnreadableFile",
]
