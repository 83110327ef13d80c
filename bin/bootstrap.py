"""Makes .venv with all that a door needs, then goes through that door.

Runs on any Python from 3.8 up, with the standard library alone. When nothing has changed since
the last time it does nothing.
"""

import contextlib
import fcntl
import glob
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
INSTALLED = os.path.join(VENV, "installed.json")
UV = os.path.join(ROOT, "bin", "uv.txt")
OLDEST = (3, 12)

# What a door needs. The second list holds all of the first.
NEEDS = {
    "start": "requirements.txt",
    "test": "requirements-dev.txt",
    "bench": "requirements-dev.txt",
}
COVERS = {"requirements.txt": ["requirements-dev.txt"]}

# Says its version if it can make environments, as Debian's without python3-venv cannot.
PROBE = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"


class Problem(Exception):
    """What stands in the way, in words for the person at the door."""


def version(python):
    """(3, 13) of an interpreter, found by running it (shims lie), or None if it will not do."""
    try:
        result = subprocess.run(
            [python, "-E", "-c", PROBE],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=20,
            check=True,
        )
        found = tuple(int(part) for part in result.stdout.decode().strip().split("."))
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return found if found >= OLDEST else None


def candidates():
    """Interpreters in the order in which they are preferred."""
    if sys.prefix == sys.base_prefix:
        yield sys.executable
    for name in ("python3.13", "python3.12", "python3.14", "python3"):
        if shutil.which(name):
            yield shutil.which(name)
    home = os.path.expanduser("~")
    for minor in ("13", "12", "14", "1[5-9]"):
        for folder in (
            os.environ.get("PYENV_ROOT", os.path.join(home, ".pyenv")) + "/versions/3.%s*/bin",
            home + "/.local/share/uv/python/cpython-3.%s*/bin",
            "/usr/local/bin",
            "/opt/python*/bin",
            "/opt/homebrew/bin",
        ):
            if "%s" in folder:
                yield from sorted(glob.glob(folder % minor + "/python3"), reverse=True)
            else:
                yield from glob.glob(folder + "/python3." + minor)


def find_python():
    """The interpreter to build .venv with."""
    chosen = os.environ.get("PYTHON")
    if chosen:
        if version(chosen):
            return chosen
        raise Problem("PYTHON=%s is no Python 3.12 or later with the venv module." % chosen)
    for candidate in candidates():
        if version(candidate):
            return candidate
    raise Problem(
        "Command Center needs Python 3.12 or later with its venv module; none was found. "
        "Install one (on Debian: apt install python3.13 python3.13-venv) or set PYTHON to it."
    )


def digest(name):
    """The hash of a list of requirements."""
    with open(os.path.join(ROOT, name), "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def installed():
    """What .venv holds: the hash of each list that was installed into it, by its name."""
    try:
        with open(INSTALLED) as file:
            return json.load(file)
    except (OSError, ValueError):
        return {}


def is_ready(name):
    """Whether .venv holds the list of that name, as it is now, or a list that covers it."""
    have = installed()
    return any(have.get(each) == digest(each) for each in [name] + COVERS.get(name, []))


def environment():
    """For the installers: nothing of the caller's Python, and no Python from the network."""
    kept = {k: v for k, v in os.environ.items() if k not in ("PYTHONHOME", "PYTHONPATH")}
    kept.update(UV_PYTHON_DOWNLOADS="never", PIP_DISABLE_PIP_VERSION_CHECK="1")
    kept.pop("VIRTUAL_ENV", None)
    kept.setdefault("UV_LINK_MODE", "copy")
    return kept


def run(*command, **options):
    """Run quietly; returns whether it went well. What it said is kept in .venv/install.log."""
    with open(os.path.join(VENV, "install.log"), "ab") as log:
        log.write(("$ %s\n" % " ".join(command)).encode())
        log.flush()
        return not subprocess.call(
            command, stdout=log, stderr=log, env=environment(), cwd=ROOT, **options
        )


def say(words):
    """Progress goes to the error stream, so that `bin/bench --json` stays readable."""
    sys.stderr.write(words + "\n")
    sys.stderr.flush()


def make_venv():
    """An empty .venv of the right Python, unless there is one."""
    if version(PYTHON):
        return
    python = find_python()
    say("Making .venv with %s (Python %d.%d) …" % ((python,) + version(python)))
    made = subprocess.run(
        [python, "-E", "-m", "venv", "--clear", VENV],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment(),
    )
    if made.returncode:
        raise Problem("%s could not make .venv: %s" % (python, made.stdout.decode().strip()))


def find_uv():
    """uv's command, installing it into .venv if need be; None where it cannot be had."""
    own = os.path.join(VENV, "bin", "uv")
    if os.path.exists(own):
        return own
    if shutil.which("uv"):
        return shutil.which("uv")
    if run(PYTHON, "-m", "pip", "install", "-q", "--require-hashes", "-r", UV):
        return own
    return None


def install(name):
    """The packages of a list, each checked against its hash: with uv, else with pip."""
    say("Installing %s …" % name)
    started = time.time()
    uv = find_uv()
    with_uv = [uv, "pip", "install", "--python", PYTHON, "--compile-bytecode", "--require-hashes"]
    with_pip = [PYTHON, "-m", "pip", "install", "-q", "--require-hashes"]
    if not (uv and run(*with_uv, "-r", name)) and not run(*with_pip, "-r", name):
        with open(os.path.join(VENV, "install.log")) as log:
            raise Problem("%s could not be installed:\n%s" % (name, log.read()[-3000:]))
    have = dict(installed(), **{name: digest(name)})
    with open(INSTALLED + ".new", "w") as file:
        json.dump(have, file)
    os.replace(INSTALLED + ".new", INSTALLED)
    say("Installed in %.0f s." % (time.time() - started))


@contextlib.contextmanager
def alone():
    """Two doors opened at once make the environment one after the other."""
    folder = os.open(os.path.join(ROOT, "bin"), os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # file systems without locks
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def prepare(door):
    """.venv as the door needs it."""
    name = NEEDS[door]
    if os.path.exists(PYTHON) and is_ready(name):
        return
    with alone():
        make_venv()
        if not is_ready(name):
            install(name)


def main():
    """bootstrap.py DOOR [argument …]"""
    door, arguments = sys.argv[1], sys.argv[2:]
    try:
        prepare(door)
    except Problem as problem:
        sys.exit(str(problem))
    except KeyboardInterrupt:
        sys.exit(130)
    os.chdir(ROOT)
    os.execv(PYTHON, [PYTHON, "-m", "commandcenter.doors." + door, *arguments])


if __name__ == "__main__":
    main()
