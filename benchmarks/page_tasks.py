"""What pages cost, run as scripts without a browser."""

from __future__ import annotations

import os

from benchmarks import stores
from benchmarks.measuring import ROOT, cost
from benchmarks.repeating import first_and_warm
from benchmarks.stores import MODEL


def page(rows: int, name: str) -> dict[str, float]:
    """A page from the URL to its last element, run as a script without a browser."""
    from streamlit.testing.v1 import AppTest

    os.environ["LOOKOUT_STORE"] = str(stores.of_rows(rows))
    app = AppTest.from_file(ROOT / "app.py", default_timeout=600).run()
    if name != "health":
        app.switch_page(f"pages/{name}.py")

    def run() -> None:
        app.run()
        said = [one.value for one in app.markdown]
        if app.exception or not any(MODEL in text for text in said):
            raise RuntimeError(f"the {name} page does not show the model: {app.exception or said}")

    from monitoring.ui import jobs, session

    with cost() as first:
        run()
    jobs.desk().rest()  # what is worked out beside the page is not the page's; it is measured by itself
    figures = first_and_warm(run) | {"first": first.cpu}
    session.close()
    return figures


def shadow_page(rows: int, view: str) -> dict[str, float]:
    """A view of the page Shadow, run as a script without a browser."""
    from streamlit.testing.v1 import AppTest

    from benchmarks import pairs as made
    from monitoring.ui import jobs, session

    os.environ["LOOKOUT_STORE"] = str(made.year(rows))
    app = AppTest.from_file(ROOT / "app.py", default_timeout=600).run()
    app.query_params["view"] = view
    app.switch_page("pages/shadow.py")

    def run() -> None:
        app.run()
        said = [one.value for one in app.markdown]
        if app.exception or not any("Two is" in text for text in said):
            raise RuntimeError(f"the page does not show the verdict: {app.exception or said}")

    with cost() as first:
        run()
    jobs.desk().rest()
    figures = first_and_warm(run) | {"first": first.cpu}
    session.close()
    return figures


TASKS = (page, shadow_page)
