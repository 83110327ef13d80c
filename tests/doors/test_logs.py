import json
import logging

import pytest
import structlog
from django.core.exceptions import ImproperlyConfigured
from django.test import RequestFactory

from commandcenter import logs


def line(monkeypatch, form, **more):
    monkeypatch.setenv("LOG_FORMAT", form)
    record = logging.LogRecord("emails", logging.INFO, "x.py", 1, "sent %s", (42,), None)
    record.__dict__.update(more)
    return logs.formatter().format(record)


def test_lines_for_people_are_keys_and_values(monkeypatch):
    said = line(monkeypatch, "line", email=42)

    assert "level='info' logger='emails' event='sent 42' email=42" in said
    assert "\n" not in said


def test_lines_for_machines_are_json(monkeypatch):
    said = json.loads(line(monkeypatch, "json", email=42))

    assert (said["event"], said["level"], said["email"]) == ("sent 42", "info", 42)
    assert said["timestamp"].endswith("Z")


def test_a_request_with_its_address_is_left_out(monkeypatch):
    request = RequestFactory().get("/t/o/secret-token/")

    assert "secret-token" not in line(monkeypatch, "line", request=request, status_code=404)


def test_another_format_is_refused(monkeypatch):
    with pytest.raises(ImproperlyConfigured, match="LOG_FORMAT must be one of json, line"):
        line(monkeypatch, "xml")


def test_our_own_lines_look_like_all_others(monkeypatch, caplog):
    monkeypatch.setenv("LOG_FORMAT", "json")
    form = logs.formatter()
    with caplog.at_level("INFO"):
        structlog.get_logger("emails.jobs").info("not woken", key="wake:1", error=OSError("down"))
    said = json.loads(form.format(caplog.records[-1]))

    assert said.pop("timestamp").endswith("Z")
    assert said == {
        "event": "not woken",
        "level": "info",
        "logger": "emails.jobs",
        "key": "wake:1",
        "error": "down",
    }


def test_an_error_brings_its_traceback(monkeypatch, caplog):
    form = logs.formatter()
    try:
        raise OSError("the disk is full")
    except OSError:
        structlog.get_logger("emails").exception("not stored")
        said = form.format(caplog.records[-1])

    assert "OSError: the disk is full" in said
