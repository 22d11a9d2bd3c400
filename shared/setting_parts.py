"""What groups of settings are made of."""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict


@dataclass(frozen=True)
class Fault:
    """A setting by its environment name, and what is expected of it."""

    setting: str
    expected: str


class Part(BaseModel):
    """Settings that belong together; what is given beside them is let be."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
