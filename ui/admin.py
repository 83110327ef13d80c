"""What the admin pages of all apps share."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Any]
else:
    Base = admin.ModelAdmin


class Listed(Base):
    """At five million rows nothing is counted twice, and nothing is offered in a drop-down."""

    show_full_result_count = False
    list_per_page = 50


class ReadOnly(Listed):
    """To be looked at: history, and what is written in one place of the application alone."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
