"""Shared by every test: quiet numeric libraries and a store that is nobody else's."""

import os

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture
def store_file(tmp_path, monkeypatch):
    """The path of a store that does not exist yet, and that the app of this test serves."""
    path = tmp_path / "lookout.duckdb"
    monkeypatch.setenv("LOOKOUT_STORE", str(path))
    return path
