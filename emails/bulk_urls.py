"""Bulk emails; part of emails/urls.py."""

from django.urls import path, register_converter

from .bulk.course import Action
from .views import bulk, bulk_writing


class BulkActionConverter:
    """`<bulkaction:action>` in a URL: only those that exist."""

    regex = "|".join(action.value for action in Action)

    def to_python(self, value: str) -> Action:
        return Action(value)

    def to_url(self, value: Action | str) -> str:
        return value.value if isinstance(value, Action) else value


register_converter(BulkActionConverter, "bulkaction")

urlpatterns = [
    path("bulk/new/", bulk_writing.new, name="bulk-new"),
    path("bulk/autosave/", bulk_writing.autosave, name="bulk-autosave"),
    path("bulk/roll-up/", bulk.roll_up, name="bulk-roll-up"),
    path("bulk/<int:pk>/", bulk.show, name="bulk"),
    path("bulk/<int:pk>/edit/", bulk_writing.edit, name="bulk-edit"),
    path("bulk/<int:pk>/save/", bulk_writing.save, name="bulk-save"),
    path("bulk/<int:pk>/add/", bulk_writing.add, name="bulk-add"),
    path("bulk/<int:pk>/take-off/", bulk_writing.take_off, name="bulk-take-off"),
    path("bulk/<int:pk>/reset/", bulk_writing.reset, name="bulk-reset"),
    path("bulk/<int:pk>/look-over/", bulk_writing.look_over, name="bulk-look-over"),
    path("bulk/<int:pk>/review/", bulk_writing.review, name="bulk-review"),
    path("bulk/<int:pk>/send/", bulk_writing.send, name="bulk-send"),
    path("bulk/<int:pk>/preview/", bulk_writing.preview, name="bulk-preview"),
    path("bulk/<int:pk>/text/", bulk_writing.text, name="bulk-text"),
    path("bulk/<int:pk>/undo/", bulk.undo, name="bulk-undo"),
    path("bulk/<int:pk>/<bulkaction:action>/", bulk.act, name="bulk-act"),
]
