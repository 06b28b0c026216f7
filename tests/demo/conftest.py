"""The demo's store, for what is told of it."""

import shutil

import pytest

from monitoring.store import Store


@pytest.fixture(scope="module")
def store(built, tmp_path_factory):
    """A store of this module's own with the demo in it."""
    path = shutil.copy(built.path, tmp_path_factory.mktemp("copy") / "lookout.duckdb")
    with Store.open(path) as opened:
        yield opened
