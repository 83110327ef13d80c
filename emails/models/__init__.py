from .bulk import BulkRefused, BulkSend
from .bulk_recipients import BulkRecipient
from .changing import IllegalTransition
from .channels import Channel, UnattendedPeriod
from .content import Attachment, Composition, EmailContent, Link, StoredFile
from .email import Email
from .history import Attempt, Event, FailedReaction, Transition
from .identities import Identity
from .returned import ReturnedMail
from .vocabulary import Cause, Lane, Outcome, Status

__all__ = [
    "Attachment",
    "Attempt",
    "BulkRecipient",
    "BulkRefused",
    "BulkSend",
    "Cause",
    "Channel",
    "Composition",
    "Email",
    "EmailContent",
    "Event",
    "FailedReaction",
    "Identity",
    "IllegalTransition",
    "Lane",
    "Link",
    "Outcome",
    "ReturnedMail",
    "Status",
    "StoredFile",
    "Transition",
    "UnattendedPeriod",
]
