"""Files in an inbox: segments of a log, and what others drop."""

import json
import os
import time

NS = 1_700_000_000_000_000_000


def segment(place, order, kind="predictions", ids=("a",), ending="jsonl"):
    path = place / f"{NS + order}-77-0123abcd.{kind}.{ending}"
    path.write_text("".join(json.dumps({"_id": one}) + "\n" for one in ids))
    return path


def dropped(path, text="x", age=10.0):
    path.write_text(text)
    os.utime(path, (time.time() - age, time.time() - age))
    return path


def paths(segments):
    return [segment.path.name for segment in segments]
