"""Tasks and calls for administrators: tasks and calls to look at, the lists of calls to change."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from ui.admin import Listed, ReadOnly

from .models import Call, CallWord, Task


@admin.register(Task)
class TaskAdmin(ReadOnly):
    list_display = ["name", "kind", "assignee", "person", "due_on", "status", "removed_at"]
    list_select_related = ["assignee", "person"]
    list_filter = ["status", "kind"]
    search_fields = ["name"]
    ordering = ["-pk"]
    exclude = ["details"]  # what reps note is theirs


@admin.register(CallWord)
class CallWordAdmin(Listed):
    list_display = ["words", "list", "position", "retired_at"]
    list_filter = ["list"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # calls keep the words that they were given


@admin.register(Call)
class CallAdmin(ReadOnly):
    list_display = ["person", "user", "began_at", "seconds", "outcome", "reason"]
    list_select_related = ["person", "user", "outcome", "reason"]
    ordering = ["-pk"]
    exclude = ["notes"]
