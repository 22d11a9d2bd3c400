import uuid

from shared.domain.keyed_hash import KeyedHash, ticket_digest

HASH = KeyedHash(b"k" * 32)


def test_a_request_id_is_a_uuid4_of_caller_and_key() -> None:
    request_id = HASH.request_id("caller", "key")
    assert uuid.UUID(request_id).version == 4
    assert request_id == HASH.request_id("caller", "key")
    assert request_id != HASH.request_id("caller", "other")
    assert request_id != HASH.request_id("other", "key")


def test_parts_cannot_be_moved_across_their_border() -> None:
    assert HASH.digest("p", "ab", "c") != HASH.digest("p", "a", "bc")


def test_another_key_gives_other_names() -> None:
    assert KeyedHash(b"o" * 32).request_id("caller", "key") != HASH.request_id("caller", "key")


def test_a_ticket_has_256_bits_and_only_its_hash_is_told() -> None:
    ticket = HASH.ticket("11111111-1111-4111-8111-111111111111")
    assert len(ticket) == 43
    assert ticket not in ticket_digest(ticket)


def test_the_key_is_not_in_its_text() -> None:
    assert "k" * 8 not in repr(HASH)
