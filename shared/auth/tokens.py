"""Everything about tokens that other packages use; each part is in a file of its own beside this one."""

from shared.auth.keys import KeySource, KeysRefused, PublicKey, UnknownKey, public_keys
from shared.auth.people import PersonToken, PersonTokens, Product, SignIn, StepUp
from shared.auth.refusal import TokenRefused
from shared.auth.workforce import Workforce, WorkforceToken, WorkforceTokens
from shared.domain.errors import KeysUnavailable

__all__ = [
    "KeySource",
    "KeysRefused",
    "KeysUnavailable",
    "PersonToken",
    "PersonTokens",
    "Product",
    "PublicKey",
    "SignIn",
    "StepUp",
    "TokenRefused",
    "UnknownKey",
    "Workforce",
    "WorkforceToken",
    "WorkforceTokens",
    "public_keys",
]
