"""Users, teams and the organisation for administrators. Users are deactivated, never deleted."""

from typing import TYPE_CHECKING, Any

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ui.admin import Listed, ReadOnly

from .models import LastAdmin, Membership, Organisation, Team, Undo, User

if TYPE_CHECKING:
    Inline = admin.TabularInline[Any, Any]
    CreationForm = AdminUserCreationForm[User]
    ChangeForm = UserChangeForm[User]
else:
    Inline, CreationForm, ChangeForm = admin.TabularInline, AdminUserCreationForm, UserChangeForm

# One way to sign in for all: with what allauth asks for, second factor and limits included.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
# Roles stand on the user; Django's own groups mean nothing here.
admin.site.unregister(Group)
# A user's address stands on the user; allauth's own list of addresses is filled from it.
admin.site.unregister(EmailAddress)


class NewUserForm(CreationForm):
    class Meta:
        model = User
        fields = ["email", "name", "role"]


class ChangedUserForm(ChangeForm):
    class Meta:
        model = User
        fields = ["email", "name", "role", "language", "time_zone"]

    def clean_role(self) -> str:
        """The last admin stays one."""
        role: str = self.cleaned_data["role"]
        if role != User.Role.ADMIN and self.instance.is_last_admin:
            raise forms.ValidationError(_("Nobody could administrate any more."))
        return role


class MembershipsOfUser(Inline):
    model = Membership
    extra = 0


@admin.register(User)
class UserAccountAdmin(UserAdmin):
    form = ChangedUserForm
    add_form = NewUserForm
    list_display = ["email", "name", "role", "is_active", "last_login"]
    list_filter = ["role", "is_active"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    filter_horizontal = []
    readonly_fields = ["is_active", "last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["email", "name", "password", "role", "is_active"]}),
        (gettext_lazy("Preferences"), {"fields": ["language", "time_zone"]}),
        (gettext_lazy("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["email", "name", "role", "usable_password", "password1", "password2"]})
    ]
    inlines = [MembershipsOfUser]
    actions = ["deactivate", "reactivate"]

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    @admin.action(description=gettext_lazy("Deactivate: they cannot sign in any more"))
    def deactivate(self, request: HttpRequest, users: Any) -> None:
        for user in users:
            try:
                user.deactivate()
            except LastAdmin:
                words = _("%(user)s is the last admin and stays active.") % {"user": user}
                self.message_user(request, words, messages.ERROR)

    @admin.action(description=gettext_lazy("Let them sign in again"))
    def reactivate(self, request: HttpRequest, users: Any) -> None:
        for user in users:
            user.reactivate()


class MembersOfTeam(Inline):
    model = Membership
    extra = 0
    autocomplete_fields = ["user"]


@admin.register(Team)
class TeamAdmin(Listed):
    search_fields = ["name"]
    inlines = [MembersOfTeam]


@admin.register(Membership)
class MembershipAdmin(Listed):
    list_display = ["user", "team", "is_manager"]
    list_select_related = ["user", "team"]
    autocomplete_fields = ["user", "team"]


@admin.register(Organisation)
class OrganisationAdmin(Listed):
    list_display = ["name", "everybody_sees_people"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Undo)
class UndoAdmin(ReadOnly):
    list_display = ["action", "user", "created_at", "used_at"]
    list_select_related = ["user"]
    exclude = ["before"]
    ordering = ["-pk"]
