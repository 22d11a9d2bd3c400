"""What a batch's blobs are called: its id, and nothing personal."""


def list_name(batch_id: str) -> str:
    """The list as it was uploaded."""
    return f"{batch_id}/list"


def piece_name(batch_id: str, number: int) -> str:
    """What became of the lines of a slice, counted from 0."""
    return f"{batch_id}/pieces/{number:06}"


def result_name(batch_id: str) -> str:
    """The result."""
    return f"{batch_id}/result.csv"


def interim_name(batch_id: str) -> str:
    """What every line came to, while requests are on their way."""
    return f"{batch_id}/read.csv"
