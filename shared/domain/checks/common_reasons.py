"""What can be found anywhere."""

from shared.domain.checks.reason import Reason, fault, ok, warning

NO_ANSWER_IN_TIME = fault(
    "no_answer_in_time",
    "There was no answer within {seconds} s.",
    "Run this again: it may only be slow. Else see to firewalls, private endpoints and DNS on the way there.",
)
CHECK_FAILED = fault("check_failed", "The check itself failed.", "Look for `check_failed` in the app's log.")
CLOCK_RIGHT = ok("clock_right", "Its clock and the app's agree.")
CLOCK_OFF = warning(
    "clock_off",
    "The app's clock is {seconds} s away from this service's.",
    "Let the machine that runs the app take its time from the network (NTP).",
)
CLOCK_WRONG = fault(
    "clock_wrong",
    "The app's clock is {seconds} s away from this service's: tokens and links are refused.",
    "Let the machine that runs the app take its time from the network (NTP).",
)
CLOCK_UNTOLD = warning(
    "clock_untold",
    "The service does not say what time it is.",
    "See whether a proxy takes the header Date away.",
)
SWEPT = ok("swept", "The timer went through {seconds} s ago.")
NEVER_SWEPT = warning(
    "never_swept",
    "The timer has not gone through yet.",
    "Wait two minutes after a start; then see whether the function upkeep runs, and AzureWebJobsStorage.",
)
NOT_SWEPT = fault(
    "not_swept",
    "The timer has not gone through for {minutes} minutes.",
    "See whether the function upkeep runs, and AzureWebJobsStorage, which holds the timer's lock.",
)
SWEEPS_UNTOLD = fault(
    "sweeps_untold",
    "Storage does not say when the timer went through.",
    "Mend what the checks of state say.",
)

COMMON_REASONS: tuple[Reason, ...] = (
    NO_ANSWER_IN_TIME,
    CHECK_FAILED,
    CLOCK_RIGHT,
    CLOCK_OFF,
    CLOCK_WRONG,
    CLOCK_UNTOLD,
    SWEPT,
    NEVER_SWEPT,
    NOT_SWEPT,
    SWEEPS_UNTOLD,
)
