"""bin/test: every check, each named; pytest comes last."""

import os
import subprocess
import sys
import time

from commandcenter import catalogues

from . import ROOT, Refusal, say
from .chromium import find_or_install

PYTHON = sys.executable
# One by one to whoever is free; tests that share what is dear, or want the machine, stay in one group.
TWO_AT_ONCE = ["-n", "2", "--dist", "loadgroup"]
# With these somebody looks on, and wants one process to look at.
BY_HAND = {"-s", "--capture=no", "--pdb", "--trace"}
STEPS = {
    "ruff check": ["ruff", "check", "--quiet", "--output-format", "concise"],
    "ruff format": ["ruff", "format", "--check", "--quiet", "--output-format", "concise"],
    "types (mypy)": ["mypy", "--no-error-summary"],
    "layers (import-linter)": ["importlinter.cli", "lint", "--no-logo"],
    "migrations (makemigrations --check)": ["django", "makemigrations", "--check", "--dry-run"],
    "templates (djlint)": ["djlint", "--lint", "--quiet", "templates"],
}


def main() -> int:
    """0 if every check passed; the outcome of the tests stands in the last line."""
    arguments = sys.argv[1:]
    selection = []
    if "--long" in arguments:
        arguments.remove("--long")
        selection = ["-m", "long or not long"]
    environment = surroundings()
    try:
        say(f"Browser: {environment.setdefault('CHROMIUM', find_or_install())}")
        say(f"Message catalogues: {catalogues.compile_all()} compiled anew")
    except (Refusal, catalogues.BrokenCatalogue) as problem:
        say(str(problem))
        return 1
    failed = [name for name, command in STEPS.items() if not passes(name, command, environment)]
    environment["FAILED_BEFORE_THE_TESTS"] = ", ".join(failed)
    shared = [] if BY_HAND.intersection(arguments) else TWO_AT_ONCE
    say("Tests (pytest)")
    tests = subprocess.run(
        [PYTHON, "-m", "pytest", *shared, *selection, *arguments], cwd=ROOT, env=environment
    )
    return tests.returncode or int(bool(failed))


def surroundings() -> dict[str, str]:
    """The caller's environment with what the checks need."""
    environment = {name: value for name, value in os.environ.items() if value}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    defaults = {
        "SECRET_KEY": "only-for-the-checks",
        "DJANGO_SETTINGS_MODULE": "commandcenter.settings",
    }
    return defaults | environment


def passes(name: str, command: list[str], environment: dict[str, str]) -> bool:
    """Run one step; what it has to say is shown if it fails."""
    started = time.monotonic()
    # A missing database is no matter here: makemigrations warns that it cannot look into it.
    result = subprocess.run(
        [PYTHON, "-W", "ignore::RuntimeWarning", "-m", *command],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    verdict = "FAILED" if result.returncode else "ok"
    say(f"{name}: {verdict} ({time.monotonic() - started:.1f} s)")
    if result.returncode:
        say(result.stdout)
    return not result.returncode


if __name__ == "__main__":
    sys.exit(main())
