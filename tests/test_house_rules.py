"""Rules of the house that a machine can read."""

import ast
import os
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
APPS = ["ui", "accounts", "prospects", "emails", "tasks", "campaigns", "search", "commandcenter"]
SOURCES = [
    path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts
]
VIEWS = [path for path in SOURCES if path.name == "views.py" or "views" in path.parts]
TEMPLATES = list((ROOT / "templates").rglob("*.html"))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", VIEWS, ids=name)
def test_views_speak_in_phrases_and_spell_out_no_query(path):
    spelled = re.findall(r"\.objects\b|\.filter\(|\.exclude\(|\.raw\(", path.read_text())
    assert spelled == []


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_a_thing_with_a_name_gets_a_file_with_that_name(path):
    assert path.stem not in {"utils", "helpers", "services", "signals", "misc", "common"}


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_status_is_written_in_one_place(path):
    """Only `Email._change` writes `status`, after the table of transitions; and for the usual way
    two statements, which are held to the same table and compared with it."""
    if path.name == "email.py" and path.parent.name == "models":
        return
    if path.name == "statements.py" and path.parent.name == "sending":
        return
    writing = r"\.update\([^)]*\bstatus=|\bemail\.status = |\bSET\s+status = |,\s*status = '"
    written = re.findall(writing, path.read_text())
    assert written == [] or "demo" in path.stem or "demo" in path.parts


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_no_naive_time(path):
    assert not re.search(r"datetime\.(now|utcnow|today)\(\)|date\.today\(\)", path.read_text())


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_public_functions_are_annotated(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            assert node.returns is not None, f"{node.name} says not what comes out"


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_no_inline_script_and_no_inline_style(path):
    text = path.read_text()
    assert not re.search(r"<script(?![^>]*\b(src|nonce|type=\"application/json\"))", text)
    assert not re.search(r"\sstyle=|\son[a-z]+=|hx-on|javascript:", text)


@pytest.mark.xdist_group("house rules")
def test_a_group_of_tests_stays_in_one_process(request):
    """Shared out, a group that xdist does not see is silently torn apart: see tests/conftest.py."""
    alone = "PYTEST_XDIST_WORKER" not in os.environ
    assert alone or request.node.nodeid.endswith("@house rules")
