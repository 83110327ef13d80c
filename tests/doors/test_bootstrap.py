import ast
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def bootstrap(tmp_path, monkeypatch):
    """bootstrap.py as a module, in a project of its own that has nothing installed."""
    spec = importlib.util.spec_from_file_location("bootstrap", ROOT / "bin" / "bootstrap.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (tmp_path / "bin").mkdir()
    (tmp_path / ".venv").mkdir()
    for name in ("requirements.txt", "requirements-dev.txt"):
        (tmp_path / name).write_text(f"{name}==1\n")
    for name, path in {
        "ROOT": tmp_path,
        "VENV": tmp_path / ".venv",
        "PYTHON": tmp_path / ".venv" / "bin" / "python",
        "INSTALLED": tmp_path / ".venv" / "installed.json",
    }.items():
        monkeypatch.setattr(module, name, str(path))
    monkeypatch.delenv("PYTHON", raising=False)
    return module


def program(path, says, code=0):
    path.write_text(f"#!/bin/sh\necho '{says}'\nexit {code}\n")
    path.chmod(0o755)
    return str(path)


def test_it_is_written_for_python_3_8():
    ast.parse((ROOT / "bin" / "bootstrap.py").read_text(), feature_version=(3, 8))


def test_interpreters_are_judged_by_running_them(bootstrap, tmp_path):
    assert bootstrap.version(sys.executable) == sys.version_info[:2]
    assert bootstrap.version(program(tmp_path / "shim", "command not found", 127)) is None
    assert bootstrap.version(program(tmp_path / "old", "3.11")) is None
    assert bootstrap.version(program(tmp_path / "odd", "Python, or so")) is None
    assert bootstrap.version(str(tmp_path / "nothing")) is None


def test_the_first_that_will_do_is_taken(bootstrap, tmp_path, monkeypatch):
    old, good = program(tmp_path / "old", "3.11"), program(tmp_path / "good", "3.12")
    monkeypatch.setattr(bootstrap, "candidates", lambda: iter([old, good, "never run"]))

    assert bootstrap.find_python() == good


def test_without_any_it_says_what_to_install(bootstrap, monkeypatch):
    monkeypatch.setattr(bootstrap, "candidates", lambda: iter([]))

    with pytest.raises(bootstrap.Problem, match="needs Python 3.12 or later.*apt install"):
        bootstrap.find_python()


def test_pyenvs_own_folder_is_looked_into(bootstrap, tmp_path, monkeypatch):
    folder = tmp_path / "pyenv" / "versions" / "3.13.0" / "bin"
    folder.mkdir(parents=True)
    program(folder / "python3", "3.13")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setenv("PATH", "/nowhere")

    assert str(folder / "python3") in list(bootstrap.candidates())


def test_a_chosen_python_that_will_not_do_is_refused(bootstrap, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHON", program(tmp_path / "old", "3.9"))

    with pytest.raises(bootstrap.Problem, match="is no Python 3.12 or later"):
        bootstrap.find_python()


@pytest.fixture
def commands(bootstrap, monkeypatch):
    """What would be run, all of it successful."""
    run = []
    monkeypatch.setattr(bootstrap, "run", lambda *command: run.append(command) or True)
    monkeypatch.setattr(bootstrap, "make_venv", lambda: None)
    program(Path(bootstrap.VENV) / "pip", "")
    (Path(bootstrap.VENV) / "bin").mkdir()
    Path(bootstrap.PYTHON).symlink_to(sys.executable)
    return run


def test_what_is_installed_once_is_not_installed_again(bootstrap, commands):
    bootstrap.prepare("start")
    assert any("requirements.txt" in command for command in commands)

    commands.clear()
    bootstrap.prepare("start")
    assert commands == []


def test_a_changed_list_is_installed(bootstrap, commands, tmp_path):
    bootstrap.prepare("start")
    commands.clear()
    (tmp_path / "requirements.txt").write_text("other==2\n")
    bootstrap.prepare("start")

    assert commands


def test_what_the_tests_need_holds_what_the_start_needs(bootstrap, commands):
    bootstrap.prepare("test")
    commands.clear()
    bootstrap.prepare("start")

    assert commands == []


def test_pip_does_it_where_uv_cannot(bootstrap, commands, monkeypatch):
    monkeypatch.setattr(
        bootstrap, "run", lambda *command: commands.append(command) or command[0] != "/some/uv"
    )
    monkeypatch.setattr(bootstrap, "find_uv", lambda: "/some/uv")
    bootstrap.prepare("start")

    assert commands[-1][1:3] == ("-m", "pip")
    assert all("--require-hashes" in command for command in commands)


def test_a_failed_installation_is_told_and_not_remembered(bootstrap, commands, monkeypatch):
    monkeypatch.setattr(bootstrap, "run", lambda *command: False)
    (Path(bootstrap.VENV) / "install.log").write_text("no such package")

    with pytest.raises(bootstrap.Problem, match="could not be installed:\nno such package"):
        bootstrap.prepare("start")
    assert bootstrap.installed() == {}


def test_the_lists_have_hashes_and_no_addresses():
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-server.txt"):
        text = (ROOT / name).read_text()
        assert "://" not in text
        assert text.count("==") <= text.count("--hash=")


@pytest.mark.parametrize("door", ["start", "test", "bench", "bootstrap"])
def test_doors_can_be_opened(door):
    assert os.access(ROOT / "bin" / door, os.X_OK)


def test_a_machine_without_python_is_told_so(tmp_path):
    (tmp_path / "bin").mkdir()
    door = shutil.copy(ROOT / "bin" / "bootstrap", tmp_path / "bin")
    (tmp_path / "dirname").symlink_to(shutil.which("dirname"))
    result = subprocess.run(
        ["/bin/sh", door, "start"],
        env={"PATH": str(tmp_path), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )

    assert result.returncode == 1
    assert "needs Python 3.12 or later" in result.stderr
