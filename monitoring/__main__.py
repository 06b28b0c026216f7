"""Run the command line with ``python -m monitoring``."""

from monitoring.cli import main

main()
