"""Real processes that tests share; each starts when first asked for."""

import signal
from collections.abc import Iterator

import hypothesis
import pytest

from local.azurite.process import Azurite
from local.node import set_up
from local.stack import StackOptions
from tests.running import (
    Inbox,
    RunningStack,
    Simulator,
    started_inbox,
    started_simulator,
    started_stack,
)

hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None)
hypothesis.settings.load_profile("repeatable")


TOLD = "told"
"""A property by which a test says something that is shown whatever becomes of it, from any process."""


def pytest_configure() -> None:
    """Let ctrl-C reach the command: a shell that runs the tests in the background has all ignore it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests had to say."""
    reports = terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
    for name, text in (pair for report in reports for pair in report.user_properties):
        if name == TOLD:
            terminalreporter.write_line(str(text))


@pytest.fixture(scope="session")
def azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The connection string of a running Azurite."""
    set_up()
    with Azurite(tmp_path_factory.mktemp("azurite")) as running:
        yield running.connection_string


@pytest.fixture(scope="session")
def simulator_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    with started_simulator(tmp_path_factory.mktemp("graph")) as running:
        yield running


@pytest.fixture
def simulator(simulator_process: Simulator) -> Iterator[Simulator]:
    """The running Graph simulator, without the faults that the test before may have left."""
    simulator_process.reset()
    yield simulator_process
    simulator_process.reset()


@pytest.fixture(scope="session")
def inbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inbox]:
    with started_inbox(tmp_path_factory.mktemp("inbox")) as running:
        yield running


@pytest.fixture
def inbox(inbox_process: Inbox) -> Iterator[Inbox]:
    """The running inbox, empty."""
    inbox_process.reset()
    yield inbox_process
    inbox_process.reset()


@pytest.fixture(scope="session")
def stack_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    options = StackOptions(tenants=3, users=24, data_dir=tmp_path_factory.mktemp("stack"))
    with started_stack(options, LOG_LEVEL="DEBUG", REPLICATION_WINDOW="PT0.5S") as running:
        yield running


@pytest.fixture
def stack(stack_process: RunningStack) -> Iterator[RunningStack]:
    """The whole stack with three tenants of one customer base, logging at DEBUG."""
    stack_process.graph.reset()
    yield stack_process
    stack_process.graph.reset()
