"""Features of the Drift page's tests, from ordinary to awkward, and what the page says."""

import numpy as np

HOSTILE = "<img src=x onerror=alert(1)> 😀 [a](b) $x$ :red[z] `q` | \"'"


def normal(random, day, rows):
    return random.normal(size=rows)


def shifting(random, day, rows):
    return random.normal(3.0 if day >= 35 else 0.0, 1.0, size=rows)


def category(random, day, rows):
    names = ["a", "b", "", HOSTILE]
    return random.choice([*names, "new 😀"] if day >= 35 else names, size=rows)


def nothing(random, day, rows):
    return np.full(rows, np.nan)


def constant(random, day, rows):
    return np.ones(rows)


def said(app):
    return " ".join(str(item.value) for item in [*app.markdown, *app.caption, *app.title, *app.subheader])


def feature_box(app):
    return app.selectbox(key="feature")
