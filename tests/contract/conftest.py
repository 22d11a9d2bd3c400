"""Storage that believes in identities, for the contracts that need it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.azurite.process import Azurite
from local.graph.certificate import write_certificate
from local.node import set_up


@pytest.fixture(scope="module")
def azurite_with_identities(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Azurite, Path]]:
    set_up()
    folder = tmp_path_factory.mktemp("azurite-tls")
    certificate, key = write_certificate(folder)
    with Azurite(folder, "--oauth", "basic", "--cert", str(certificate), "--key", str(key)) as running:
        yield running, certificate
