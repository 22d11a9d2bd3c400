"""One JSON object a line, with static event names; what is personal or secret never gets out.

structlog renders before the line reaches the standard library: the handlers belong to Azure's worker. Our own
fields pass an allow-list; records of other packages are masked as they are made, whatever handler shows them.
"""

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from typing import cast

import structlog

OURS = "privacy"
FIELDS = frozenset(
    {
        *("event", "level", "timestamp", "request_id", "function", "kind", "status", "reason", "run", "step"),
        *("tenant", "code", "call", "outcome", "count", "size", "seconds", "tries", "retry_after", "setting"),
        *(
            "expected",
            "error",
            "frames",
            "region",
            "channel",
            "basis",
            "answer",
            "regulation",
            "days",
            "months",
            "slack",
        ),
    }
)
"""Every field that a line may have; anything else is shown as masked."""
SHOWN_AS_THEY_ARE = frozenset({"request_id", "timestamp"})
Scalar = str | int | float | None
QUIET = (
    "aiohttp",
    "asyncio",
    "azure",
    "httpcore",
    "httpx",
    "kiota",
    "kiota_http",
    "msal",
    "opentelemetry",
    "urllib3",
)
MASK = "[masked]"
_MASKED = re.compile(
    r"""
      eyJ[\w-]+\.[\w-]*\.?[\w-]*                                          # a token
    | (?:AccountKey|SharedAccessSignature|sig|code|client_secret|password)=[^\s&;"']+
    | [^\s@<>"'(),;:]+(?:@|%40)[^\s@<>"'(),;:]+                           # an address
    | [0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}              # an object id
    | https?://[^\s"'<>]+
    | [A-Za-z0-9+/_-]{40,}={0,2}                                          # a key or a digest
    """,
    re.VERBOSE,
)


def masked(text: str) -> str:
    """`text` without addresses, ids, links, tokens and keys."""
    return _MASKED.sub(MASK, text)


def configure_log(level: str) -> None:
    """Set up both ways to log; may be called again."""
    logging.setLogRecordFactory(_record)
    logging.getLogger(OURS).setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("azure.identity").setLevel(
        logging.ERROR
    )  # at WARNING it prints the login's whole answer
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _exception_without_text,
            _only_known_fields,
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def get_log(name: str) -> structlog.typing.FilteringBoundLogger:
    """A logger of ours."""
    return cast("structlog.typing.FilteringBoundLogger", structlog.get_logger(f"{OURS}.{name}"))


def _exception_without_text(
    _logger: object, _method: str, event: MutableMapping[str, object]
) -> MutableMapping[str, object]:
    if not event.pop("exc_info", None):
        return event
    error = sys.exc_info()[1]
    if error is not None:
        event["error"] = type(error).__name__
        event["frames"] = _frames(error)
    return event


def _frames(error: BaseException) -> str:
    """Where it happened, innermost last; never what the exception says."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    return " > ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames)


def _only_known_fields(
    _logger: object, _method: str, event: MutableMapping[str, object]
) -> MutableMapping[str, object]:
    return {_safe_name(name): _safe_value(name, value) for name, value in event.items()}


def _safe_name(name: str) -> str:
    return name if name in FIELDS else masked(str(name))


def _safe_value(name: str, value: object) -> Scalar:
    if name not in FIELDS or not isinstance(value, str | int | float | None):
        return MASK
    return shown(name, value)


def shown(name: str, value: Scalar) -> Scalar:
    """The value of a field or attribute that is known: text without what must not get out."""
    if isinstance(value, str) and name not in SHOWN_AS_THEY_ARE:
        return masked(value)
    return value


def _record(*args: object, **kwargs: object) -> logging.LogRecord:
    record = logging.LogRecord(*args, **kwargs)  # type: ignore[arg-type] # passed on as the logging module gave them
    if record.name.partition(".")[0] == OURS:
        return record
    try:
        text = record.getMessage()
    except Exception:  # noqa: BLE001 - a record that cannot be rendered must not end the program
        text = "[unprintable]"
    if record.exc_info and record.exc_info[0]:
        text = f"{text} ({record.exc_info[0].__name__})"
    record.msg, record.args, record.exc_info, record.exc_text = masked(text), (), None, None
    return record
