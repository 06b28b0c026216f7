"""The numbers of tests/goldens.json, and how what is computed is held against them."""

import json
import pathlib

import numpy as np

GOLDENS = {
    entry["id"]: entry
    for entry in json.loads(pathlib.Path(__file__).parents[1].joinpath("goldens.json").read_text())
}


def check(name, **got):
    """Every number of a golden must be computed, and equal to its tolerance."""
    golden = GOLDENS[name]
    assert set(got) == set(golden["expected"])
    for key, expected in golden["expected"].items():
        np.testing.assert_allclose(
            got[key], expected, rtol=0, atol=max(golden["tol"], 1e-15), err_msg=f"{name}: {key}"
        )


def inputs(name):
    return GOLDENS[name]["inputs"]
