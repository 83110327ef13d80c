"""How a child process becomes what a server needs: nobody instead of root, gone with its parent.

What `entrance` returns runs in the child, between fork and exec.
"""

import contextlib
import ctypes
import functools
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

NOBODY = 65534
SERVERS = {"postgres", "valkey-server"}
PR_SET_PDEATHSIG = 1
CLONE_NEWUSER = 0x10000000


@functools.cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def entrance(how: signal.Signals, become: Callable[[], None] | None = None) -> Callable[[], None]:
    """What Popen's `preexec_fn` is to do: `become` somebody, then die by `how` with the parent."""
    _libc()  # loaded before the fork
    return functools.partial(_enter, os.getpid(), how, become)


def _enter(parent: int, how: signal.Signals, become: Callable[[], None] | None) -> None:
    if become:
        become()  # first: a change of user clears the wish to die with the parent
    if sys.platform == "linux":
        _libc().prctl(PR_SET_PDEATHSIG, int(how))
        if os.getppid() != parent:
            os.kill(os.getpid(), how)


def wear_nobody() -> None:
    """A user namespace in which root is nobody: PostgreSQL starts and the files stay root's."""
    uid, gid = os.geteuid(), os.getegid()
    if _libc().unshare(CLONE_NEWUSER):
        raise OSError(ctypes.get_errno(), "unshare")
    maps = {"setgroups": "deny", "uid_map": f"{NOBODY} {uid} 1", "gid_map": f"{NOBODY} {gid} 1"}
    for name, value in maps.items():
        Path("/proc/self", name).write_text(value)


def drop_to_nobody() -> None:
    """For good: what nobody cannot read or write is out of reach from here on."""
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


@functools.cache
def namespaces_work() -> bool:
    """Whether this machine lets root make a user namespace (some containers do not)."""
    if sys.platform != "linux":
        return False
    try:
        subprocess.run(["/bin/true"], preexec_fn=wear_nobody, check=True)
    except (subprocess.SubprocessError, OSError):
        return False
    return True


def end_processes_in(folder: Path, how: signal.Signals = signal.SIGINT) -> None:
    """Stop every server process whose working folder is `folder`, and wait until it is gone."""
    import psutil

    left = {}
    for process in psutil.process_iter(["name", "cwd", "ppid"]):
        if process.info["name"] in SERVERS and process.info["cwd"] == str(folder):
            left[process.pid] = process
    # A postmaster ends its own children; a child whose postmaster is gone ends by itself.
    for process in left.values():
        if process.info["ppid"] not in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(how)
    for process in psutil.wait_procs(list(left.values()), timeout=15)[1]:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
            process.wait(5)


def open_to_all(path: Path) -> bool:
    """Whether nobody may enter `path`, or where it will be made."""
    existing = next(p for p in (path, *path.parents) if p.exists()).resolve()
    return all(p.stat().st_mode & 0o001 for p in (existing, *existing.parents))
