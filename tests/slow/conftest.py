"""What long simulations measured, told at the end of the session, and what they share."""

import importlib.util
import pathlib

import pytest

FIGURES = pytest.StashKey[list[str]]()
TESTS = pathlib.Path(__file__).parents[1]


@pytest.fixture(scope="session")
def simulation():
    """The simulations of tests/statistics."""
    return loaded("simulation", TESTS / "statistics" / "simulation.py")


@pytest.fixture(scope="session")
def profiles():
    """The profiles in memory of tests/drift."""
    return loaded("profiles", TESTS / "drift" / "conftest.py")


@pytest.fixture
def figures(request):
    """A function that keeps a line for the end of the session, and prints it."""
    kept = request.config.stash.setdefault(FIGURES, [])

    def keep(line):
        kept.append(line)
        print(line)

    return keep


def loaded(name, path):
    """A module from its file."""
    specification = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def pytest_terminal_summary(terminalreporter, config):
    """The figures, in the order in which they were measured."""
    kept = config.stash.get(FIGURES, [])
    if kept:
        terminalreporter.section("measured")
        for line in kept:
            terminalreporter.write_line(line)
