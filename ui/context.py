from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest

from . import navigation


def shell(request: HttpRequest) -> Mapping[str, Callable[[], Any]]:
    """What base.html needs besides the page's own context; worked out only where it is used."""
    return {"navigation": lambda: navigation.shown_to(request)}
