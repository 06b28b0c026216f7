"""The records that a logging client has written into an inbox."""

import json
from pathlib import Path

import monitoring.inbox

ROOT = Path(monitoring.inbox.__file__).parents[2]


def records(folder, kind="predictions", suffix="jsonl"):
    files = sorted(Path(folder).glob(f"*/*.{kind}.{suffix}"))
    return [json.loads(text) for file in files for text in file.read_text().splitlines()]
