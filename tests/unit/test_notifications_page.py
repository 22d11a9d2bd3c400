"""What docs/notifications.md tells those who are told."""

import re
import runpy
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from standardwebhooks import WebhookVerificationError

from shared.domain.notices import LASTS, LASTS_AT_MOST, PAUSES
from shared.domain.states import TOLD_OF, Status
from tests.paths import ROOT
from tests.unit.test_webhooks import NEXT, SECRET, sent

PAGE = (ROOT / "docs/notifications.md").read_text()
Verify = Callable[[bytes, dict[str, str]], dict[str, object]]


@pytest.fixture
def event_of(tmp_path: Path) -> Verify:
    """The page's own lines, with a secret."""
    found = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert found
    (tmp_path / "verify.py").write_text(found[1])
    verify: Verify = runpy.run_path(str(tmp_path / "verify.py"), {"SECRET": SECRET})["event_of"]
    return verify


async def test_the_page_s_lines_believe_our_calls_and_no_others(event_of: Verify) -> None:
    headers, body = await sent(SECRET, NEXT, at=datetime.now(UTC))
    assert event_of(body, dict(headers))["type"] == "privacy_request.refused"
    headers, body = await sent(NEXT, at=datetime.now(UTC))
    with pytest.raises(WebhookVerificationError):
        event_of(body, dict(headers))


def test_the_page_tells_when_tries_are_made_as_they_are() -> None:
    said = "after 10 seconds, 1 minute, 5 minutes, 30 minutes, and then every 2 hours, for\n3 days"
    assert said in PAGE
    assert [pause.total_seconds() for pause in PAUSES] == [10, 60, 5 * 60, 30 * 60, 2 * 3600]
    assert (LASTS.days, LASTS_AT_MOST.days) == (3, 30)
    assert "after 30 days it is over" in PAGE


def test_the_page_names_every_event_that_is_told_and_no_other() -> None:
    statuses = frozenset[Status]({Status.WAITING}).union(*TOLD_OF.values())  # some waits are told, too
    told = {f"privacy_request.{status}" for status in statuses}
    assert set(re.findall(r"`(privacy_request\.\w+)`", PAGE)) == told
