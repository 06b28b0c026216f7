"""How files of tests are spread over workers: what shares something costly stays together and comes first."""

from xdist.scheduler import LoadFileScheduling

# One demo, one browser and its apps. They also take longest, and what takes longest must not begin last.
TOGETHER = ("tests/demo/", "tests/e2e/")
ORDER = (*TOGETHER, "tests/store/", "tests/pages/", "tests/drift/", "tests/")


def place(nodeid: str) -> int:
    """Where a test stands in the order; doctests come last."""
    return next((at for at, start in enumerate(ORDER) if nodeid.startswith(start)), len(ORDER))


class Spread(LoadFileScheduling):
    """Whole files in the order in which they were collected; what is kept together is as one file."""

    def __init__(self, config, log=None):
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid):
        return TOGETHER[0] if nodeid.startswith(TOGETHER) else super()._split_scope(nodeid)
