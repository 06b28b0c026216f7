"""Health: is every model all right, and since when?"""

from monitoring.ui import shell

shell.page_guard()
