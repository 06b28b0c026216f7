"""Drift: which inputs no longer look like the reference, and does it matter?"""

from monitoring.ui import shell

shell.page_guard()
