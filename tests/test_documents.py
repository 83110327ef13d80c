"""The documents say what is so."""

import re
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
OPERATE = (ROOT / "docs" / "operate.md").read_text()
# Read by the code that reads settings, wherever that stands.
READ = re.compile(r'environment\.\w+\(\s*"(\w+)"')
# Chosen by bin/start or the compose file itself, and not by operators of containers.
OF_THE_IMAGE = {"DATA_DIR", "MEDIA_ROOT", "STATIC_ROOT", "PROCESS", "DEBUG", "MAIL_SINK_PORT"}


def variables_in_code():
    sources = {*(ROOT / "commandcenter").rglob("*.py")} - {
        *(ROOT / "commandcenter" / "doors").glob("*")
    }
    return {name for source in sources for name in READ.findall(source.read_text())}


def variables_in_table():
    [table] = re.findall(r"^## Settings$(.*?)^## ", OPERATE, re.M | re.S)
    return set(re.findall(r"^\| `([A-Z_]+)` \|", table, re.M))


def test_every_setting_is_described_and_every_described_one_is_read():
    assert variables_in_table() == variables_in_code()


def test_the_compose_file_hands_on_every_setting():
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]

    assert variables_in_code() - OF_THE_IMAGE <= set(services["web"]["environment"])
    assert services["web"]["environment"].items() >= services["migrate"]["environment"].items()


def test_the_documented_defaults_of_numbers_are_those_of_the_code():
    settings = (ROOT / "commandcenter" / "settings.py").read_text()
    for name, default in re.findall(r'number\("(\w+)", ([\d_]+)', settings):
        [row] = re.findall(rf"^\| `{name}` \|.*$", OPERATE, re.M)
        assert row.endswith(f"| {int(default)} |"), row


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_that_is_named_exists(document):
    named = set(re.findall(r"manage\.py (\w+)", document.read_text())) - {"NAME", "command"}

    assert named <= set(get_commands())


def test_every_command_of_ours_is_described():
    folders = ROOT.glob("*/management/commands/*.py")
    ours = {path.stem for path in folders if path.stem != "__init__"}

    assert {name for name in ours if f"`{name}`" not in OPERATE} == set()


def anchors(document):
    headings = re.findall(r"^#+ (.+)$", document.read_text(), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(document):
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text()):
        if target.startswith("http"):
            continue
        name, _, anchor = target.partition("#")
        there = document.parent / name if name else document
        assert there.exists(), target
        assert not anchor or anchor in anchors(there), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_files_that_are_named_exist(document):
    for path in re.findall(r"`((?:[a-z]+/)+[\w.]*)`", document.read_text()):
        if not path.startswith(
            (
                *("models/", "sending/", "tracking/", "inbound/", "setup/", "bench/", "sinks/"),
                *("fields/", "library/", "bulk/", "unsubscribing/", "consent/"),
            )
        ):
            assert (ROOT / path).exists(), path


def test_the_demos_sign_ins_are_those_in_the_readme():
    from commandcenter.demo import crew

    readme = (ROOT / "README.md").read_text()
    for line in crew.sign_ins():
        for word in re.findall(r"\S+@\S+", line):
            assert f"`{word}`" in readme
    assert f"`{crew.PASSWORD}`" in readme
