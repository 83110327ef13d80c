import os

import pytest

from commandcenter.doors import Refusal, chromium


@pytest.fixture
def bare(monkeypatch, tmp_path):
    """A machine without any browser; what would be run to get one, and what that brings."""
    ran, brings = [], {}
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    found = {"apt-get": "/usr/bin/apt-get"}
    monkeypatch.setattr(chromium.shutil, "which", found.get)

    def run(command, more):
        ran.append(command)
        found.update(brings.get(command[0], {}))

    monkeypatch.setattr(chromium, "_run", run)
    bare.ran, bare.brings = ran, brings
    return bare


def test_a_chosen_browser_is_taken(bare, monkeypatch):
    monkeypatch.setenv("CHROMIUM", "/opt/chrome")

    assert chromium.find_or_install() == "/opt/chrome"
    assert bare.ran == []


def test_root_gets_debians(bare, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    shell = "chromium-headless-shell"
    bare.brings["apt-get"] = {shell: f"/usr/bin/{shell}"}

    assert chromium.find_or_install() == f"/usr/bin/{shell}"
    assert [command[:2] for command in bare.ran] == [["apt-get", "update"], ["apt-get", "install"]]


def test_a_browser_without_windows_is_preferred_and_an_ordinary_one_will_do(bare, monkeypatch):
    found = {"chromium": "/usr/bin/chromium"}
    monkeypatch.setattr(chromium.shutil, "which", found.get)
    assert chromium.find_or_install() == "/usr/bin/chromium"

    found["chromium-headless-shell"] = "/usr/bin/chromium-headless-shell"
    assert chromium.find_or_install() == "/usr/bin/chromium-headless-shell"
    assert bare.ran == []


def test_an_ordinary_user_gets_playwrights(bare, monkeypatch, tmp_path):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    kept = tmp_path / "chromium-1200" / "chrome-linux" / "chrome"
    kept.parent.mkdir(parents=True)
    monkeypatch.setattr(chromium, "_run", lambda command, more: kept.touch())

    assert chromium.find_or_install() == str(kept)

    shell = tmp_path / "chromium_headless_shell-1200" / "chrome-linux" / "headless_shell"
    shell.parent.mkdir(parents=True)
    shell.touch()
    assert chromium.find_or_install() == str(shell)


def test_without_any_it_says_what_to_do(bare, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)

    with pytest.raises(Refusal, match="neither with apt nor by Playwright"):
        chromium.find_or_install()
    assert bare.ran[-1][1:] == ["-m", "playwright", "install", "chromium"]
