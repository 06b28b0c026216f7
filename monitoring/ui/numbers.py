"""Numbers and dates as people read them, as the pages call them."""

from monitoring.formats import count, day, hours, share, short

__all__ = ["count", "day", "hours", "share", "short"]
