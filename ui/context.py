from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from django.http import HttpRequest

from . import navigation


def shell(request: HttpRequest) -> Mapping[str, Callable[[], Any]]:
    """What base.html needs besides the page's own context; worked out only where it is used, and
    once for the side bar and the phone's bar together."""
    return {"navigation": cache(lambda: navigation.shown_to(request))}
