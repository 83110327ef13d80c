"""Editing a running campaign: whom it concerns, and how it reaches those who wait."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .models import Step


@dataclass(frozen=True)
class Affected:
    """How many people wait in a step now, will still come to it, and have had it."""

    waiting: int
    later: int
    past: int


def affected(step: "Step") -> Affected:
    raise NotImplementedError
