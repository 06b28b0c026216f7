"""The same frames by NannyML, in an environment of its own.

Made with `pip install "nannyml==0.13.1" statsmodels "pandas<2.3"`. `make bench` runs it when LOOKOUT_PEER is
that environment's Python. Imports are not counted, reading is.
"""

import json
import os
import resource
import sys
import warnings

os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"
warnings.filterwarnings("ignore")

import nannyml  # pyright: ignore[reportMissingImports]  # noqa: E402
import pandas as pd  # noqa: E402


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    reference_path, current_path, what = sys.argv[1:]
    columns = ["at", "score", "prediction", "label"]
    given = {
        "metrics": ["roc_auc", "f1", "accuracy"], "y_true": "label", "y_pred": "prediction",
        "y_pred_proba": "score", "timestamp_column_name": "at",
        "problem_type": "classification_binary", "chunk_period": "D",
    }  # fmt: skip
    started = cpu()
    reference, current = (pd.read_parquet(path, columns=columns) for path in (reference_path, current_path))
    if what == "measured":
        made = nannyml.PerformanceCalculator(**given).fit(reference).calculate(current)
    else:
        made = nannyml.CBPE(**given).fit(reference).estimate(current.drop(columns="label"))
    rows = len(made.filter(period="analysis").to_df())
    print(json.dumps({"cpu": cpu() - started, "rows": rows}))


if __name__ == "__main__":
    main()
