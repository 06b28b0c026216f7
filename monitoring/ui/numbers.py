"""Numbers and dates as people read them, as the pages call them."""

from monitoring.formats import clipped, count, day, hours, share, short

__all__ = ["clipped", "count", "day", "hours", "share", "short"]
