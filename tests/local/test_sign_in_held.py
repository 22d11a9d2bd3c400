"""What is handed out for a while."""

from local.graph.sign_in.held import Held


def test_what_is_held_can_be_taken_once() -> None:
    held: Held[str] = Held(60)
    name = held.put("thing")
    assert [held.get(name), held.take(name), held.take(name), held.get("other")] == [
        "thing",
        "thing",
        None,
        None,
    ]


def test_what_is_held_for_too_long_is_gone() -> None:
    held: Held[str] = Held(0)
    name = held.put("thing")
    assert held.get(name) is None
