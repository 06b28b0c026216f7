"""The four statuses as people meet them, as the pages call them."""

from monitoring.marks import MARKS, ORDER, Mark, label, mark

__all__ = ["MARKS", "ORDER", "Mark", "label", "mark"]
