"""Campaigns for administrators: to look at, never to be changed behind the engine's back."""

from django.contrib import admin

from ui.admin import ReadOnly

from .models import Campaign, Enrollment, Step, Turn


@admin.register(Campaign)
class CampaignAdmin(ReadOnly):
    list_display = ["name", "owner", "category", "paused_at", "created_at", "removed_at"]
    list_select_related = ["owner", "category"]
    search_fields = ["name"]
    ordering = ["-pk"]


@admin.register(Step)
class StepAdmin(ReadOnly):
    # What reps wrote is theirs.
    fields = ["campaign", "kind", "day", "position", "timing", "clock", "minutes", "follows"]
    list_display = ["id", "campaign", "kind", "day", "position", "timing", "removed_at"]
    list_select_related = ["campaign"]
    ordering = ["-pk"]


@admin.register(Enrollment)
class EnrollmentAdmin(ReadOnly):
    list_display = [
        "id", "campaign", "person", "owner", "state", "hitch", "step", "advance_at", "because",
    ]  # fmt: skip
    list_select_related = ["campaign", "person", "owner", "step"]
    list_filter = ["state"]
    ordering = ["-pk"]


@admin.register(Turn)
class TurnAdmin(ReadOnly):
    list_display = ["id", "enrollment", "step", "due_at", "done_at", "skipped", "email", "task"]
    list_select_related = ["enrollment", "step", "email", "task"]
    ordering = ["-pk"]
