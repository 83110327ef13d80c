"""Emails for administrators: all models to look at, history never to be changed.

What reps wrote is theirs: bodies and unsaved writing are not shown here.
"""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db.models import Field, Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ui.admin import Listed, ReadOnly

from .models import (
    Attachment,
    Attempt,
    BulkRecipient,
    BulkSend,
    Category,
    Channel,
    Composition,
    Copy,
    Email,
    EmailContent,
    Event,
    FailedReaction,
    Favourite,
    Identity,
    Link,
    ReturnedMail,
    StoredFile,
    Template,
    TemplateVersion,
    Transition,
    UnattendedPeriod,
)
from .secrets import SecretField
from .why import why

if TYPE_CHECKING:
    Inline = admin.TabularInline[Any, Any]
else:
    Inline = admin.TabularInline


class History(Inline):
    """Rows of an email's history, below it."""

    extra = 0
    can_delete = False
    show_change_link = True
    classes = ["collapse"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class TransitionsOfEmail(History):
    model = Transition
    fields = ["at", "cause", "from_status", "to_status", "by", "reason", "server_words"]


class AttemptsOfEmail(History):
    model = Attempt
    fields = ["number", "started_at", "ended_at", "outcome", "channel", "reason", "server_words"]


@admin.register(Email)
class EmailAdmin(ReadOnly):
    list_display = ["subject", "to_address", "owner", "status", "moved_at", "removed_at"]
    list_filter = ["status"]
    list_select_related = ["owner"]
    search_fields = ["=id", "=to_address", "=message_id"]
    search_help_text = _("Id, address or Message-ID, in full")
    ordering = ["-pk"]
    readonly_fields = ["why"]
    exclude = ["snippet", "lease", "compose_key"]
    inlines = [TransitionsOfEmail, AttemptsOfEmail]

    @admin.display(description=_("why"))
    def why(self, email: Email) -> str:
        return why(email)


class RecipientsOfBulk(History):
    model = BulkRecipient
    fields = ["name", "address", "edited_at", "removed_at", "left_out"]


@admin.register(BulkSend)
class BulkSendAdmin(ReadOnly):
    list_display = ["subject", "owner", "state", "launched_at", "send_at", "made_at"]
    list_filter = ["state"]
    list_select_related = ["owner"]
    search_fields = ["=id", "=owner__email"]
    search_help_text = _("Id, or the owner's email, in full")
    exclude = ["html", "typed", "files"]
    ordering = ["-pk"]
    inlines = [RecipientsOfBulk]


@admin.register(EmailContent)
class EmailContentAdmin(ReadOnly):
    fields = ["email", "cc", "bcc"]
    list_display = ["email"]
    search_fields = ["=email__id"]
    ordering = ["-pk"]


@admin.register(Copy)
class CopyAdmin(ReadOnly):
    list_display = ["email", "address", "state", "send_at", "deferrals", "ended_at"]
    list_filter = ["state"]
    list_select_related = ["email"]
    search_fields = ["=email__id", "=address"]
    exclude = ["lease"]
    ordering = ["-pk"]


@admin.register(Transition)
class TransitionAdmin(ReadOnly):
    list_display = ["email", "cause", "from_status", "to_status", "at", "by"]
    list_filter = ["cause"]
    list_select_related = ["email", "by"]
    search_fields = ["=email__id"]
    ordering = ["-pk"]


@admin.register(Attempt)
class AttemptAdmin(ReadOnly):
    list_display = ["email", "number", "channel", "started_at", "ended_at", "outcome", "reason"]
    list_filter = ["outcome", "channel"]
    list_select_related = ["email", "channel"]
    search_fields = ["=email__id", "=message_id", "=provider_id"]
    exclude = ["lease"]
    ordering = ["-pk"]


@admin.register(Event)
class EventAdmin(ReadOnly):
    list_display = ["email", "kind", "who", "via", "at", "source", "applied_at", "parked_at"]
    list_filter = ["kind", "who", ("parked_at", admin.EmptyFieldListFilter)]
    list_select_related = ["email"]
    search_fields = ["=email__id"]
    exclude = ["fingerprint"]
    ordering = ["-pk"]


@admin.register(FailedReaction)
class FailedReactionAdmin(ReadOnly):
    list_display = ["reaction", "tries", "failed_at", "parked_at"]
    list_filter = [("parked_at", admin.EmptyFieldListFilter)]


@admin.register(ReturnedMail)
class ReturnedMailAdmin(ReadOnly):
    list_display = ["subject", "sender", "kind", "received_at", "email"]
    list_filter = ["kind", ("email", admin.EmptyFieldListFilter)]
    list_select_related = ["email"]
    exclude = ["raw"]
    readonly_fields = ["beginning"]
    ordering = ["-received_at"]

    @admin.display(description=_("the message"))
    def beginning(self, mail: ReturnedMail) -> str:
        """As it came, up to 20 kB: enough to see what it is."""
        return bytes(mail.raw[:20_000]).decode(errors="replace")


@admin.register(Channel)
class ChannelAdmin(Listed):
    list_display = ["name", "owner", "host", "port", "paused", "held_until", "reason"]
    list_select_related = ["owner"]
    readonly_fields = ["held_until", "faults", "reason", "server_words", "connected_at"]
    actions = ["release"]

    def formfield_for_dbfield(
        self, db_field: "Field[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        """The password is never shown; left empty, it stays as it is."""
        if isinstance(db_field, SecretField):
            kwargs |= {"widget": forms.PasswordInput, "required": False}
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Channel, form: Any, change: bool) -> None:
        if change and not obj.password:
            obj.password = Channel.objects.get(pk=obj.pk).password
        super().save_model(request, obj, form, change)

    @admin.action(description=_("Try again now: end pauses and holds"))
    def release(self, request: HttpRequest, channels: Any) -> None:
        for channel in channels:
            channel.release()


@admin.register(Identity)
class IdentityAdmin(Listed):
    """Users add their own and verify them; an administrator may give them another channel."""

    list_display = ["name", "address", "owner", "channel", "is_default", "verified_at"]
    list_select_related = ["owner", "channel"]
    search_fields = ["name", "address"]
    readonly_fields = ["owner", "name", "address", "is_default", "verified_at"]
    exclude = ["signature"]  # raw HTML; its owner writes it in a form that cleans it

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(UnattendedPeriod)
class UnattendedPeriodAdmin(ReadOnly):
    list_display = ["channel", "began_at", "ended_at"]
    list_select_related = ["channel"]


@admin.register(StoredFile)
class StoredFileAdmin(ReadOnly):
    list_display = ["name", "owner", "size", "content_type", "created_at"]
    list_select_related = ["owner"]
    search_fields = ["name"]


@admin.register(Attachment)
class AttachmentAdmin(ReadOnly):
    list_display = ["file", "email"]
    list_select_related = ["file", "email"]
    search_fields = ["=email__id"]
    ordering = ["-pk"]


@admin.register(Link)
class LinkAdmin(ReadOnly):
    list_display = ["url", "text", "email"]
    list_select_related = ["email"]
    search_fields = ["=email__id"]
    ordering = ["-pk"]


@admin.register(Composition)
class CompositionAdmin(ReadOnly):
    list_display = ["key", "owner", "updated_at"]
    list_select_related = ["owner"]
    exclude = ["typed"]

    def get_object(self, *args: Any, **kwargs: Any) -> Any:
        """Named by its key on its page: the subject is among what was typed."""
        found = super().get_object(*args, **kwargs)
        if found:
            found.typed = {}
        return found


@admin.register(Category)
class CategoryAdmin(Listed):
    list_display = ["name", "owner"]
    list_select_related = ["owner"]
    search_fields = ["name"]
    readonly_fields = ["owner"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Its owner deletes it, once it is empty."""
        return False


@admin.register(Template)
class TemplateAdmin(ReadOnly):
    list_display = ["name", "owner", "category", "version", "updated_at", "removed_at"]
    list_filter = ["teams", ("removed_at", admin.EmptyFieldListFilter)]
    list_select_related = ["owner", "category"]
    search_fields = ["name"]
    exclude = ["subject", "html", "key", "sort_name", "search_text"]


@admin.register(TemplateVersion)
class TemplateVersionAdmin(ReadOnly):
    list_display = ["name", "number", "template", "written_by", "written_at"]
    list_select_related = ["template", "written_by"]
    search_fields = ["=template__id", "name"]
    exclude = ["subject", "html"]
    ordering = ["-pk"]


@admin.register(Favourite)
class FavouriteAdmin(ReadOnly):
    list_display = ["template", "user"]
    list_select_related = ["template", "user"]
