"""bin/bench NAME [--json]: one measurement of tests/bench, on servers of its own.

A measurement is a module with `measure() -> dict`, called with Django set up on an empty
database. One with `options(parser)` has options of its own, and `measure(asked)` is given what was
asked for. It gives `unit` ("emails/s", "ms" …) and `result`, and what else it knows of KEYS.
"""

import argparse
import importlib
import json
import os
import platform
import resource
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from commandcenter import embedded

from . import ROOT, Refusal, say

KEYS = (
    "name",
    "unit",
    "result",
    "floor",
    "ratio",
    "p50_ms",
    "p95_ms",
    "memory_mb",
    "sizes",
    "checks",
    "machine",
)


def main() -> int:
    """0 if it could be measured; whether its figures are good enough is for others to say."""
    parser = argparse.ArgumentParser(prog="bin/bench", description="Measure one thing.")
    parser.add_argument("name", nargs="?", help="a module of tests/bench")
    parser.add_argument("--json", action="store_true", help="print one object instead of a table")
    options, others = parser.parse_known_args()
    try:
        report = run(options.name, others)
    except (Refusal, embedded.EmbeddedError) as problem:
        print(problem, file=sys.stderr)
        return 2
    print(json.dumps(report)) if options.json else print_table(report)
    return 0


def names() -> list[str]:
    """What can be measured."""
    folder = ROOT / "tests" / "bench"
    return sorted(path.stem for path in folder.glob("[!_]*.py") if path.stem != "conftest")


def run(name: str | None, others: Sequence[str] = ()) -> dict[str, Any]:
    """Measure on fresh servers, which are gone afterwards; durable ones, as in earnest.

    `others` are options that the measurement itself knows; anything else ends the program.
    """
    if name not in names():
        raise Refusal(f"bin/bench NAME, where NAME is one of: {', '.join(names()) or 'none yet'}.")
    module = importlib.import_module(f"tests.bench.{name}")
    asked = own_options(module, others)
    folder = Path(tempfile.mkdtemp(prefix="cc-bench-"))
    folder.chmod(0o755)
    servers = [embedded.Postgres(folder), embedded.Valkey(folder)]
    try:
        for server in servers:
            server.start()
        set_up(folder)
        return complete(name, module.measure(asked) if asked else module.measure())
    finally:
        for server in reversed(servers):
            server.stop()
        for each in (folder, embedded.socket_dir(folder)):
            shutil.rmtree(each, ignore_errors=True)


def own_options(module: ModuleType, others: Sequence[str]) -> argparse.Namespace | None:
    """What a measurement with options of its own was asked for; None for one without."""
    parser = argparse.ArgumentParser(prog=f"bin/bench {module.__name__.rpartition('.')[2]}")
    if tell := getattr(module, "options", None):
        tell(parser)
    asked = parser.parse_args(others)
    return asked if tell else None


def set_up(folder: Path) -> None:
    """Django on the empty database, with its tables."""
    for variable in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(variable, None)
    os.environ |= {
        "DATA_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "commandcenter.settings",
        "SECRET_KEY": "only-for-measuring",
        "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING"),
    }
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def complete(name: str, measured: dict[str, Any]) -> dict[str, Any]:
    """Every key of a report, null where it does not apply."""
    unknown = set(measured) - set(KEYS)
    if unknown:
        raise Refusal(f"{name} reports what nobody asks for: {', '.join(sorted(unknown))}.")
    report: dict[str, Any] = dict.fromkeys(KEYS) | {"name": name, "machine": machine()} | measured
    if report["ratio"] is None and report["floor"]:
        report["ratio"] = round(report["result"] / report["floor"], 3)
    if report["memory_mb"] is None:
        kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        report["memory_mb"] = max(resource.getrusage(kind).ru_maxrss for kind in kinds) // 1024
    return report


def machine() -> str:
    """Processors, memory, system and Python, in one line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} × {platform.machine()}, {memory:.0f} GB, {platform.system()} "
        f"{platform.release()}, Python {platform.python_version()}"
    )


def print_table(report: dict[str, Any]) -> None:
    """One line a key that has a value."""
    for key, value in report.items():
        if isinstance(value, dict):
            value = ", ".join(f"{name} {count}" for name, count in value.items())
        if value is not None:
            say(f"{key:>10}  {value}")


if __name__ == "__main__":
    sys.exit(main())
