"""On how many examples a law that makes stores is tried: some in every run, many under `make slow`."""

from hypothesis import HealthCheck, Phase, settings

MANY = "slow"  # the profile that `make slow` chooses


def examples(some: int, many: int) -> settings:
    """Try a law on some examples, or on many where the profile says so.

    What fails is reported as it was found: an example makes stores, and shrinking would take minutes.
    """
    slow = settings.get_current_profile_name() == MANY
    return settings(
        max_examples=many if slow else some,
        deadline=None,
        phases=(Phase.explicit, Phase.reuse, Phase.generate),
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
