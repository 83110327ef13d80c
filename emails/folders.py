"""The three tabs and their eight folders: one folder for each status, and nothing else decides."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .models import Email, Status


@dataclass(frozen=True)
class Empty:
    """What an empty folder says: how emails get there, and the next step."""

    title: str | Promise
    words: str | Promise
    step: str | Promise = ""  # the link's words; without them the step is to compose
    leads_to: Status | None = None

    @property
    def step_to(self) -> "Folder | None":
        return FOLDER_OF[self.leads_to] if self.leads_to else None


@dataclass(frozen=True)
class Folder:
    """One folder: the status it holds, where its URL is, and how its list behaves."""

    status: Status
    path: str  # "sent/delivered", as in the URL
    label: str | Promise
    empty: Empty
    time: str = "moved_at"  # the column that its rows show as their time

    @property
    def soonest_first(self) -> bool:
        """Scheduled lists what goes next; every other folder what came last."""
        return self.status == Status.SCHEDULED

    @property
    def order(self) -> str:
        """The column that its list is paged by: a draft comes to the top when it is edited."""
        return {Status.SCHEDULED: "send_at", Status.DRAFT: "-updated_at"}.get(
            self.status, "-moved_at"
        )

    def __str__(self) -> str:
        return self.path


@dataclass(frozen=True)
class Tab:
    """One of the three tabs; it opens at its first folder."""

    slug: str
    label: str | Promise
    folders: tuple[Folder, ...]

    def count(self, counts: Mapping[str, int]) -> int:
        """How many emails stand in its folders, of `EmailQuerySet.folder_counts()`."""
        return sum(counts[folder.status] for folder in self.folders)


DELIVERED = Folder(
    Status.DELIVERED,
    "sent/delivered",
    _("Delivered"),
    Empty(
        _("Nothing delivered yet"),
        _(
            "An email comes here when the recipient’s mail server has taken it. Views, clicks and"
            " replies then show on its row."
        ),
    ),
    time="delivered_at",
)
ARCHIVED = Folder(
    Status.ARCHIVED,
    "sent/archived",
    pgettext_lazy("folder", "Archived"),
    Empty(
        _("Nothing archived"),
        _(
            "Archive a delivered email when you are done with it: it moves here, and its views and"
            " clicks are not recorded any more."
        ),
        _("See what was delivered"),
        Status.DELIVERED,
    ),
)
SCHEDULED = Folder(
    Status.SCHEDULED,
    "pending/scheduled",
    pgettext_lazy("folder", "Scheduled"),
    Empty(
        _("Nothing scheduled"),
        _(
            "An email waits here for the time that you gave it. One that you send at once stays for"
            " the few seconds in which you can undo it."
        ),
    ),
    time="send_at",
)
DRAFTS = Folder(
    Status.DRAFT,
    "pending/drafts",
    _("Drafts"),
    Empty(
        _("No drafts"),
        _(
            "An email with a recipient and a subject that you close without sending is kept here"
            " until you go on with it."
        ),
    ),
    time="updated_at",
)
IN_PROGRESS = Folder(
    Status.IN_PROGRESS,
    "pending/in-progress",
    _("In Progress"),
    Empty(
        _("Nothing on its way just now"),
        _("An email is here only while it is handed to the mail server: seconds at most."),
        _("See what goes next"),
        Status.SCHEDULED,
    ),
)
FAILED = Folder(
    Status.FAILED,
    "undelivered/failed",
    pgettext_lazy("folder", "Failed"),
    Empty(
        _("Nothing failed"),
        _(
            "An email that could not be sent comes here with the reason, and so does one of which"
            " nobody can say for sure that it arrived."
        ),
        _("See what was delivered"),
        Status.DELIVERED,
    ),
)
BOUNCED = Folder(
    Status.BOUNCED,
    "undelivered/bounced",
    pgettext_lazy("folder", "Bounced"),
    Empty(
        _("Nothing bounced"),
        _(
            "An email that the recipient’s mail server refuses or returns comes here, with the"
            " server’s own words."
        ),
        _("See what was delivered"),
        Status.DELIVERED,
    ),
)
SPAM = Folder(
    Status.SPAM,
    "undelivered/spam",
    _("Spam"),
    Empty(
        _("No complaints"),
        _(
            "An email that its recipient reports as spam comes here, and the address is not written"
            " to any more."
        ),
        _("See what was delivered"),
        Status.DELIVERED,
    ),
)

TABS = (
    Tab("sent", _("Sent"), (DELIVERED, ARCHIVED)),
    Tab("pending", _("Pending"), (SCHEDULED, DRAFTS, IN_PROGRESS)),
    Tab("undelivered", _("Undelivered"), (FAILED, BOUNCED, SPAM)),
)
FOLDERS = {folder.path: folder for tab in TABS for folder in tab.folders}
FOLDER_OF = {folder.status: folder for folder in FOLDERS.values()}
TAB_OF = {folder.path: tab for tab in TABS for folder in tab.folders}


def folder_of(email: Email) -> Folder:
    """The one folder that `email` stands in (or stood in, if it is in the trash)."""
    return FOLDER_OF[Status(email.status)]


class FolderConverter:
    """`<folder:folder>` in a URL: only the eight that exist."""

    regex = "|".join(FOLDERS)

    def to_python(self, value: str) -> Folder:
        return FOLDERS[value]

    def to_url(self, value: Folder | str) -> str:
        return str(value)


class TabConverter:
    """`<tab:tab>` in a URL: only the three that exist."""

    regex = "|".join(tab.slug for tab in TABS)

    def to_python(self, value: str) -> Tab:
        return next(tab for tab in TABS if tab.slug == value)

    def to_url(self, value: Tab | str) -> str:
        return value if isinstance(value, str) else value.slug
