"""The browser of the browser tests: the machine's Chromium, else an own one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from . import Refusal, say

# The first has no windows: the same browser, in which a fresh page costs a tenth.
SHELL = "chromium-headless-shell"
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PLAYWRIGHTS = ("chromium_headless_shell-*/*/*headless?shell", "chromium-*/chrome-*/chrome")


def find() -> str | None:
    """The path of a Chromium: $CHROMIUM, one on the PATH, or the one that Playwright keeps."""
    if chosen := os.environ.get("CHROMIUM"):
        return chosen
    for name in NAMES:
        if path := shutil.which(name):
            return path
    kept = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", Path.home() / ".cache/ms-playwright"))
    found = (path for each in PLAYWRIGHTS for path in sorted(kept.glob(each), reverse=True))
    return next((str(path) for path in found), None)


def find_or_install() -> str:
    """As `find`, else installed: by apt as root, else by Playwright. Raises Refusal."""
    if found := find():
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say(f"No Chromium here: installing Debian's (apt-get install {SHELL}) …")
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        _run(["apt-get", "update", "-qq"], quiet)
        _run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", SHELL], quiet)
    if not find():
        say("No Chromium here: installing Playwright's …")
        _run([sys.executable, "-m", "playwright", "install", "chromium"], {})
    if found := find():
        return found
    raise Refusal(
        "The browser tests need Chromium, which could be installed neither with apt nor by "
        "Playwright. Install it and set CHROMIUM to its path if it is not on the PATH."
    )


def _run(command: list[str], more: dict[str, str]) -> None:
    result = subprocess.run(command, env=os.environ | more, capture_output=True, text=True)
    if result.returncode:
        say(f"{' '.join(command)} failed:\n{(result.stdout + result.stderr)[-2000:]}")
