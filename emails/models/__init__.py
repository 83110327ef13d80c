from .bulk import BulkRefused, BulkSend
from .bulk_recipients import BulkRecipient
from .categories import Category
from .changing import IllegalTransition
from .channels import Channel, UnattendedPeriod
from .content import Attachment, Composition, EmailContent, Link, StoredFile
from .copies import Copy
from .email import Email
from .favourites import Favourite
from .history import Attempt, Event, FailedReaction, Transition
from .identities import Identity
from .returned import ReturnedMail
from .templates import Overtaken, Template, TooMany
from .uses import Uses
from .versions import TemplateVersion
from .vocabulary import Cause, Lane, Outcome, Status

__all__ = [
    "Attachment",
    "Attempt",
    "BulkRecipient",
    "BulkRefused",
    "BulkSend",
    "Category",
    "Cause",
    "Channel",
    "Composition",
    "Copy",
    "Email",
    "EmailContent",
    "Event",
    "FailedReaction",
    "Favourite",
    "Identity",
    "IllegalTransition",
    "Lane",
    "Link",
    "Outcome",
    "Overtaken",
    "ReturnedMail",
    "Status",
    "StoredFile",
    "Template",
    "TemplateVersion",
    "TooMany",
    "Transition",
    "UnattendedPeriod",
    "Uses",
]
