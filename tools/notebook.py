"""Run docs/notebook.ipynb cell by cell, without Jupyter, and keep what it says in it.

`python tools/notebook.py` runs it on the store that LOOKOUT_STORE names and writes the outputs into the file.
"""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PATH = ROOT / "docs" / "notebook.ipynb"


def read() -> dict[str, Any]:
    """The notebook as it is committed."""
    return json.loads(PATH.read_text("utf-8"))


def ran(notebook: dict[str, Any]) -> Iterator[tuple[dict[str, Any], Any]]:
    """Run one cell of code after the other; gives each with the value of its last line, or None."""
    space: dict[str, Any] = {"__name__": "__main__"}
    for number, cell in enumerate(one for one in notebook["cells"] if one["cell_type"] == "code"):
        tree = ast.parse("".join(cell["source"]), f"cell {number + 1}")
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, f"cell {number + 1}", "exec"), space)  # noqa: S102 - our own file
        value = None
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), f"cell {number + 1}", "eval"), space)  # noqa: S307
        yield cell, value


def output(value: Any, number: int) -> list[dict[str, Any]]:
    """What a notebook shows of a value."""
    if value is None:
        return []
    if hasattr(value, "to_plotly_json"):
        data = {"application/vnd.plotly.v1+json": json.loads(value.to_json()), "text/plain": ["Figure"]}
    else:
        data = {"text/plain": repr(value).splitlines(keepends=True)}
        if hasattr(value, "to_html"):
            data["text/html"] = value.to_html(border=0, index=False).splitlines(keepends=True)
    return [{"data": data, "execution_count": number, "metadata": {}, "output_type": "execute_result"}]


def main() -> int:
    """Run the notebook and keep its outputs."""
    notebook = read()
    for number, (cell, value) in enumerate(ran(notebook), start=1):
        cell["execution_count"], cell["outputs"] = number, output(value, number)
    PATH.write_text(f"{json.dumps(notebook, indent=1, ensure_ascii=False)}\n", "utf-8")
    print(f"{PATH.relative_to(ROOT)}: {PATH.stat().st_size // 1000} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
