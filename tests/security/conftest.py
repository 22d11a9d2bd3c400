"""One deployment that the tests of this folder share."""

from collections.abc import Iterator

import pytest

from shared.gate import AppAuth
from tests.security.deployment import Deployment, deployed


@pytest.fixture(scope="session")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """The app behind each way to authenticate apps; no token that it was sent is in a log at the end."""
    folder = tmp_path_factory.mktemp("security")
    with deployed(folder, *AppAuth) as running:
        yield running
    logs = [file.read_text() for file in folder.glob("host*.log")]
    assert len(logs) == len(AppAuth)
    assert not any("eyJ" in log for log in logs)
