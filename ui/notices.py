from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


def tell(
    request: HttpRequest,
    text: "str | _StrPromise",
    *,
    level: int = messages.SUCCESS,
    undo: str = "",
) -> None:
    """Say one sentence in the notice area, now or on the page that comes next.

    `undo` is the URL to post to for taking it back; the notice then offers Undo.
    """
    messages.add_message(request, level, text, extra_tags=undo)
