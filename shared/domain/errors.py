"""Every error that the domain knows.

PrivacyError
├── InvalidTransition        a state may not lead there; a bug or a late writer
├── KeyReused                an Idempotency-Key came back with another body
├── UnknownRequest           no record has this id
├── AlreadyRecorded          a record with this id exists; read it
├── Overtaken                another writer was first; what we hold is stale
├── StorageUnavailable       a storage service did not answer as it should; try again
├── UnknownHashKey           the tables were filled under another HASH_KEY; an operator must act
├── TooManyRequests          an allowance is spent; `retry_after` says when there is more
├── ChallengeRefused         a nonce that was not ours, was used, or is too old
├── BadPlace                 a list has no such place to go on from
├── OwnRequest               nobody decides about a request that they made
├── NoEraser                 a tenant that a deletion would search has exports only
├── AddressRefused           an address outside that must not be called
├── OutsideUnavailable       a service outside gave no usable answer; try again
├── KeysUnavailable          a provider's signing keys cannot be had; try again
├── Delayed                  a notice cannot be delivered now; `retry_after` may say when
├── Undeliverable            a notice cannot be delivered, however often it is tried
├── SigningUnavailable       the key that signs receipts cannot be used now; try again
├── SealBroken               what was sealed cannot be opened: another key, another place, or changed
├── DirectoryFault           Microsoft Graph did not do what was asked
│   ├── Throttled            too many requests; `retry_after` says when
│   ├── DirectoryUnavailable no usable answer; try again
│   ├── NotOffered           this tenant or cloud does not have it; `reason` says why
│   ├── PermissionMissing    the registration lacks a permission; an operator must act
│   ├── CredentialRejected   the tenant's credential is not accepted; an operator must act
│   └── DirectoryRefused     Graph calls the request itself wrong; a bug
├── NotYetSo                 read back, and the directory does not show the effect yet
└── Signal                   how a step ends a run without having finished
    ├── RetryLater           nothing to do before a time
    ├── Refuse               will not be done; the code can be told to a person
    ├── GiveUp               cannot be done, however often it is tried
    └── AskOperator          an operator must decide

`code` is static text for records and logs: never a name, an address or an object id.
"""

from datetime import timedelta


class PrivacyError(Exception):
    """Root of the errors the app raises itself."""

    code = "error"


class InvalidTransition(PrivacyError):
    """The request's state does not lead to the state asked for."""

    code = "invalid_transition"


class KeyReused(PrivacyError):
    """The Idempotency-Key was used before with another body."""

    code = "idempotency_key_reused"


class UnknownRequest(PrivacyError):
    """There is no request with this id."""

    code = "unknown_request"


class AlreadyRecorded(PrivacyError):
    """A request with this id is recorded already."""

    code = "already_recorded"


class Overtaken(PrivacyError):
    """The record (or blob) changed since it was read; nothing was written."""

    code = "overtaken"


class StorageUnavailable(PrivacyError):
    """A storage service could not be reached or was busy; whether a write took place is unknown."""

    code = "storage_unavailable"


class UnknownHashKey(PrivacyError):
    """The tables were filled under another hash key: nobody would be found under this one."""

    code = "unknown_hash_key"


class TooManyRequests(PrivacyError):
    """An allowance is spent; `retry_after` is when there is more."""

    code = "too_many_requests"

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__()
        self.retry_after = retry_after


class ChallengeRefused(PrivacyError):
    """The nonce was not given to this person, was used before, or is too old."""

    code = "challenge_refused"


class BadPlace(PrivacyError):
    """A list was asked to go on from a place that it never gave."""

    code = "bad_place"


class OwnRequest(PrivacyError):
    """Nobody decides about a request that they made; somebody else must."""

    code = "own_request"


class NoEraser(PrivacyError):
    """Settings let nothing be deleted in a tenant, so that a deletion could not be carried through there."""

    code = "no_eraser"

    def __init__(self, tenant: str) -> None:
        super().__init__(tenant)
        self.tenant = tenant


class AddressRefused(PrivacyError):
    """An address outside must not be called: its form, its host, or where the host's name leads."""

    code = "address_refused"


class OutsideUnavailable(PrivacyError):
    """A service outside gave no usable answer: none in time, too much, a redirect, or not what was due."""

    code = "outside_unavailable"


class KeysUnavailable(PrivacyError):
    """The keys by which a provider signs cannot be had: whether a token is genuine is unknown (503)."""

    code = "keys_unavailable"


class Delayed(PrivacyError):
    """A notice cannot be delivered now; `retry_after` is what the other side asked for, None if nothing."""

    code = "delayed"

    def __init__(self, retry_after: timedelta | None = None) -> None:
        super().__init__()
        self.retry_after = retry_after


class Undeliverable(PrivacyError):
    """A notice cannot be delivered, however often it is tried; `reason` is static text."""

    code = "undeliverable"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class SigningUnavailable(PrivacyError):
    """The key that signs receipts gave no signature that holds: not reached, refused, or of another form."""

    code = "signing_unavailable"


class SealBroken(PrivacyError):
    """What was sealed cannot be opened: another key, another place, or changed."""

    code = "seal_broken"


class DirectoryFault(PrivacyError):
    """A call to Microsoft Graph failed; `call` is the name of the call, without identifiers."""

    code = "directory_fault"

    def __init__(self, call: str) -> None:
        super().__init__(call)
        self.call = call


class Throttled(DirectoryFault):
    """Graph answered 429; `retry_after` is what it asked for, None where it named no time."""

    code = "throttled"

    def __init__(self, call: str, retry_after: timedelta | None) -> None:
        super().__init__(call)
        self.retry_after = retry_after


class DirectoryUnavailable(DirectoryFault):
    """No usable answer: 5xx, a cut connection, a time-out, or a body that is not whole."""

    code = "directory_unavailable"


class NotOffered(DirectoryFault):
    """The tenant or its cloud does not have what was asked for; `reason` is static text."""

    code = "not_offered"

    def __init__(self, call: str, reason: str) -> None:
        super().__init__(call)
        self.reason = reason


class PermissionMissing(DirectoryFault):
    """Graph answered 403: the registration lacks the permission that the call needs."""

    code = "permission_missing"


class CredentialRejected(DirectoryFault):
    """The login endpoint or Graph (401) did not accept the tenant's credential."""

    code = "credential_rejected"


class DirectoryRefused(DirectoryFault):
    """Graph answered another 4xx: the request itself is wrong."""

    code = "directory_refused"


class NotYetSo(PrivacyError):
    """Read back, and the directory does not show the effect yet (replication)."""

    code = "not_yet_so"


class Signal(PrivacyError):
    """How a step ends a run without having finished."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class RetryLater(Signal):
    """Nothing to do for this step before `after` has passed."""

    def __init__(self, after: timedelta, code: str) -> None:
        super().__init__(code)
        self.after = after


class Refuse(Signal):
    """The request will not be done; `code` can be told to a person."""


class GiveUp(Signal):
    """The request cannot be done, however often it is tried; an operator sees `code`."""


class AskOperator(Signal):
    """An operator must decide; `code` says what about."""
