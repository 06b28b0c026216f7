"""Importance against drift: what nobody could judge does not stand among what is steady."""

import numpy as np
import pytest

from monitoring.ui.components.ranking import Ranked
from monitoring.ui.scatter import LEAST, importance_by_drift


def feature(name, ratio, status="green", importance=0.1):
    return Ranked(name, name.title(), "", status, importance, "", "", "", ratio, None, None, np.zeros(0))


def points(figure):
    """Position and words of each feature."""
    return {
        name: (x, told)
        for trace in figure.data
        for name, x, told in zip(trace.customdata, trace.x, trace.hovertext, strict=True)
    }


def test_a_feature_that_is_not_judged_is_not_among_the_steady_ones():
    figure = importance_by_drift([feature("a", 0.5), feature("b", None, "grey"), feature("c", 0.01)], None)
    found = points(figure)
    (strip,) = [shape for shape in figure.layout.shapes if shape.type == "rect" and shape.x1 < LEAST]
    assert strip.x0 < found["b"][0] < strip.x1
    assert 10 ** figure.layout.xaxis.range[0] <= strip.x0
    assert "not judged" in found["b"][1]
    assert "× limit" not in found["b"][1]
    assert "not<br>judged" in [note.text for note in figure.layout.annotations]


def test_drift_far_below_its_limit_is_told_as_it_is():
    found = points(importance_by_drift([feature("a", 0.5), feature("c", 0.012)], None))
    assert found["c"][0] == LEAST
    assert "0.012 × limit" in found["c"][1]


def test_a_grey_feature_is_not_among_the_steady_ones_though_its_multiple_is_known():
    found = points(importance_by_drift([feature("a", 0.5), feature("b", 0.3, "grey")], None))
    assert found["b"][0] < LEAST
    assert "not judged: 0.300 × limit" in found["b"][1]


@pytest.mark.parametrize("ratios", [[None, None], [0.2, 4.0]])
def test_the_strip_is_there_only_when_it_is_needed(ratios):
    figure = importance_by_drift([feature(str(i), ratio) for i, ratio in enumerate(ratios)], None)
    strips = [shape for shape in figure.layout.shapes if shape.type == "rect" and shape.x1 < LEAST]
    assert len(strips) == (None in ratios)
