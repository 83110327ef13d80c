"""What stands behind bin/start, bin/test and bin/bench, once bin/bootstrap has made .venv."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


class Refusal(Exception):
    """The door stays shut; the words say why and what to do."""


def say(words: str = "") -> None:
    """One line of progress. A terminal that is gone must not keep anything from being stopped."""
    try:
        print(words, flush=True)
    except OSError:
        sys.stdout = None
