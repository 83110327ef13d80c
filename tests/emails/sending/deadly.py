"""A Celery worker of the real application that dies at one chosen point.

`celery -A tests.emails.sending.deadly worker` with DIE_AT="mark 3": when it comes to that point
for the third time, the whole worker, parent and pool, is killed with SIGKILL.
"""

import os
import signal

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "commandcenter.settings")
django.setup()

from commandcenter.celery import app  # noqa: E402, F401
from emails.sending import dispatch  # noqa: E402
from emails.sending.smtp import Session  # noqa: E402

# The answer of one email and the mark of the next are one commit: only the first of those that
# were claimed together is marked alone.
POINTS = [
    "before mark",
    "after mark",
    "before dot",
    "after dot",
    "before settle",
    "after settle",
]

point, _, times = os.environ.get("DIE_AT", "never 0").rpartition(" ")
left = int(times)


def come_to(here: str) -> None:
    global left
    if here == point:
        left -= 1
        if left == 0:
            os.killpg(os.getpgid(0), signal.SIGKILL)


really_mark = dispatch.mark
really_settle = dispatch.settle


def mark(*args, **kwargs):
    come_to("before mark")
    attempt = really_mark(*args, **kwargs)
    come_to("after mark")
    return attempt


def settle(observation, then=None):
    """Dies with everything written and nothing committed, or with the next one marked."""
    from django.db import transaction

    if point == "before settle":
        with transaction.atomic():
            attempt = really_settle(observation, then)
            come_to("before settle")
        return attempt
    attempt = really_settle(observation, then)
    if attempt:
        come_to("after settle")
    return attempt


dispatch.mark = mark
dispatch.settle = settle
Session.observer = staticmethod(
    lambda stage: come_to({"dot": "before dot", "answer": "after dot"}.get(str(stage), ""))
)
