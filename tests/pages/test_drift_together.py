"""What the Drift page says of all features at once, which comes beside it, and of what it learns."""

import time

import numpy as np
import pytest

from tests.pages.drift_logs import normal, said, shifting

pytestmark = pytest.mark.usefixtures("drift_in_turn")


def finished(app, runs=120):
    """Run the page until what is worked out beside it has come."""
    for _ in range(runs):
        if "Slices that changed most" in said(app):
            return app
        time.sleep(0.25)
        app.run()
    raise AssertionError(said(app))


def together_only(random, day, rows):
    """A normal feature that follows another from day 35 on, its own distribution being the same."""
    first = np.random.default_rng([3, day]).normal(size=rows)
    noise = random.normal(size=rows)
    return first * 0.9 + noise * np.sqrt(1 - 0.81) if day >= 35 else noise


def leading(random, day, rows):
    return np.random.default_rng([3, day]).normal(size=rows)


def test_a_change_that_no_single_feature_shows_is_found_beside_the_page(open_app, stored, log_of):
    stored(log_of({"first": leading, "second": together_only, "third": normal}, rows=300))
    app = open_app("drift")
    assert "All features at once, and what is likely related" in said(app), "the page does not wait for it"
    finished(app)
    assert not app.exception
    assert "No lasting drift in 3 features" in said(app)
    assert "A classifier tells these rows from the reference" in said(app)


def test_quiet_features_are_quiet_together(open_app, stored, log_of):
    stored(log_of({"first": normal, "second": normal}, rows=300))
    app = finished(open_app("drift"))
    assert "A classifier cannot tell these rows from the reference" in said(app)
    assert "No feature that counts is beyond its limit" in said(app)


def test_too_few_rows_for_all_features_at_once_are_said_and_the_page_stands(open_app, stored, log_of):
    stored(log_of({"moved": shifting}, rows=9))
    app = finished(open_app("drift"))
    assert not app.exception
    assert "rows" in said(app)


def test_importances_are_learnt_where_the_file_gives_none_and_labelled(open_app, stored, log_of):
    log = log_of({"matters": normal, "idle": normal}, rows=200)
    log["score"] = 1 / (1 + np.exp(-2 * log["matters"]))
    stored(log)
    app = open_app("drift")
    assert not app.exception
    assert "Importances are learnt from the model's scores" in said(app)
