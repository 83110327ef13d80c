"""People and what must not be mailed, for administrators."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.requests import SignedInRequest
from ui.admin import Listed, ReadOnly

from . import consent
from .models import (
    ConsentChange,
    CustomField,
    Group,
    GroupMember,
    PeopleImport,
    Person,
    Suppression,
    key_of,
)

if TYPE_CHECKING:
    SuppressionModelForm = forms.ModelForm[Suppression]
    CustomFieldModelForm = forms.ModelForm[CustomField]
else:
    SuppressionModelForm = CustomFieldModelForm = forms.ModelForm


@admin.register(Person)
class PersonAdmin(Listed):
    list_display = ["name", "email", "company", "owner", "removed_at"]
    list_select_related = ["owner"]
    search_fields = ["search_text"]
    ordering = ["sort_name", "pk"]
    raw_id_fields = ["owner"]
    exclude = ["custom"]  # the form of the application knows which fields there are

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False  # deleting somebody is an action of the application, with its own questions


class CustomFieldForm(CustomFieldModelForm):
    class Meta:
        model = CustomField
        fields = ["label"]

    def clean_label(self) -> str:
        label = self.cleaned_data["label"]
        if self.instance.pk:
            return CustomField.checked_label(label, but=self.instance)
        return CustomField.checked_new(label)


@admin.register(CustomField)
class CustomFieldAdmin(Listed):
    """Renamed, a field keeps its key, which templates write; removed once nobody has a value in it."""

    form = CustomFieldForm
    list_display = ["label", "key", "created_at", "created_by"]
    list_select_related = ["created_by"]
    search_fields = ["label", "key"]
    ordering = ["label"]
    readonly_fields = ["key"]
    actions = None  # deleting several would pass over the question whether they are used

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        used = isinstance(obj, CustomField) and obj.is_used
        return super().has_delete_permission(request, obj) and not used

    def save_model(self, request: HttpRequest, obj: CustomField, form: Any, change: bool) -> None:
        if not change:
            obj.key, obj.created_by_id = key_of(obj.label), request.user.pk
        super().save_model(request, obj, form, change)


@admin.register(Group)
class GroupAdmin(Listed):
    list_display = ["name", "owner", "created_at", "removed_at"]
    list_select_related = ["owner"]
    search_fields = ["name"]
    raw_id_fields = ["owner"]
    fields = ["name", "owner", "teams"]
    filter_horizontal = ["teams"]


@admin.register(GroupMember)
class GroupMemberAdmin(ReadOnly):
    list_display = ["person", "group", "added_at"]
    list_select_related = ["person", "group"]
    ordering = ["-pk"]


@admin.register(PeopleImport)
class PeopleImportAdmin(ReadOnly):
    list_display = ["file_name", "owner", "stage", "created_at", "added", "known"]
    list_select_related = ["owner"]
    exclude = ["content", "refused"]
    ordering = ["-pk"]


class NewSuppressionForm(SuppressionModelForm):
    class Meta:
        model = Suppression
        fields = ["value", "reason", "note"]

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        value = str(told.get("value", "")).strip().lower().removeprefix("@")
        if "." not in value.rpartition("@")[2] or " " in value:
            self.add_error("value", _("Give an address or a domain, like example.com."))
        elif known := Suppression.objects.in_force().filter(
            value=value, reason=told.get("reason"), sender=None
        ):
            since = {"date": known[0].created_at.date()}
            self.add_error("value", _("That is so already, since %(date)s.") % since)
        return told


class ReleaseForm(ActionForm):
    """Why they may be mailed again, beside the choice of the action."""

    why = forms.CharField(label=gettext_lazy("because"), required=False, max_length=200)


@admin.register(Suppression)
class SuppressionAdmin(Listed):
    """Added with a reason, released with a reason, and kept for ever."""

    form = NewSuppressionForm
    action_form = ReleaseForm
    list_display = [
        *("value", "reason", "sender", "note"),
        *("created_at", "created_by", "released_at"),
    ]
    list_filter = [("released_at", admin.EmptyFieldListFilter), "reason"]
    list_select_related = ["created_by", "sender"]
    search_fields = ["value"]
    actions = ["release"]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Suppression, form: Any, change: bool) -> None:
        """Through the door that every change goes through: with its history, and at once."""
        assert request.user.is_authenticated
        effect = consent.suppress(
            [obj.value],
            obj.reason,
            by=request.user,
            source=ConsentChange.Source.ADMIN,
            note=obj.note,
        )
        same = Suppression.objects.in_force().filter(
            value=obj.value, reason=obj.reason, sender=None
        )
        obj.pk = same.get().pk
        if effect.stopped_in_words:
            self.message_user(request, effect.stopped_in_words)

    @admin.action(description=gettext_lazy("Release: they may be mailed again"))
    def release(self, request: SignedInRequest, suppressions: Any) -> None:
        why = request.POST.get("why", "").strip()[:200]
        if not why:
            words = _("Say in the field “because” why they may be mailed again.")
            self.message_user(request, words, messages.ERROR)
            return
        released = sum(row.release(request.user, why) for row in suppressions)
        words = ngettext("%(count)s released.", "%(count)s released.", released)
        self.message_user(request, words % {"count": released})


@admin.register(ConsentChange)
class ConsentChangeAdmin(ReadOnly):
    list_display = ["value", "what", "source", "at", "by", "words"]
    list_filter = ["what", "source"]
    list_select_related = ["by"]
    search_fields = ["value"]
    ordering = ["-pk"]
