"""Who may be mailed: the verbs that change it, and the questions about how it stands.

effect = consent.unsubscribe(people, source=Source.BULK, by=user, why="They called us.")
consent.refusals(["anna@x.example"], sender=user)   # {address: why not, in a sentence}
"""

from .changes import (
    Effect,
    block,
    offer_undo,
    release,
    resubscribe,
    suppress,
    unsubscribe,
    unsubscribe_address,
    when_suppressed,
)
from .standing import refusals, standing

__all__ = [
    "Effect",
    "block",
    "offer_undo",
    "refusals",
    "release",
    "resubscribe",
    "standing",
    "suppress",
    "unsubscribe",
    "unsubscribe_address",
    "when_suppressed",
]
