import signal
import socket
import sys
import threading

import psutil
import pytest

from commandcenter.doors import Refusal, surroundings
from commandcenter.doors.lock import hold
from commandcenter.doors.processes import Child, Stopped, Watch, end_marked
from commandcenter.doors.start import turn_over_logs

PATIENT = "import signal, time; signal.pause()"
SLOW = """
import signal, sys
signal.signal(signal.SIGTERM, lambda *_: print("finishing", flush=True))
print("here", flush=True)
while True: signal.pause()
"""


@pytest.fixture
def watch(tmp_path):
    before = {
        name: signal.getsignal(name) for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    }
    watch = Watch(str(tmp_path))
    yield watch
    watch.asked_to_stop += 1
    for child in watch.children:
        child.stop(lambda: True)
    for name, handler in before.items():
        signal.signal(name, handler)


@pytest.fixture
def child(tmp_path):
    def make(name, code=PATIENT):
        return Child(name, [sys.executable, "-c", code], log=tmp_path / f"{name}.log")

    return make


def test_all_are_stopped_in_the_opposite_order(watch, child, monkeypatch):
    stopped = []
    stop = Child.stop
    monkeypatch.setattr(
        Child, "stop", lambda self, hurried: stopped.append(self.name) or stop(self, hurried)
    )
    for name in ("sink", "web", "worker"):
        watch.start(child(name), {})
    watch.stop()

    assert stopped == ["worker", "web", "sink"]


def test_a_child_that_dies_is_named_with_its_last_words(watch, child):
    watch.start(child("web", "raise SystemExit('the port is taken')"), {})

    with pytest.raises(Refusal, match=r"web has stopped .*\nthe port is taken"):
        watch.wait(lambda: False, seconds=20, what="never")


def test_a_step_that_fails_is_named_with_its_last_words(watch, child):
    with pytest.raises(Refusal, match=r"tables failed .*\nno database"):
        watch.run(child("tables", "raise SystemExit('no database')"), {})


@pytest.mark.parametrize("name", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_end_can_be_asked_for(watch, name):
    signal.raise_signal(name)

    with pytest.raises(Stopped):
        watch.wait(lambda: False, seconds=20, what="never")


def test_one_that_does_not_come_is_not_waited_for_for_ever(watch):
    with pytest.raises(Refusal, match="the web server did not answer"):
        watch.wait(lambda: False, seconds=0, what="the web server did not answer")


def test_a_stop_waits_until_the_second_ctrl_c(watch, child):
    slow = child("worker", SLOW)
    watch.start(slow, {})
    watch.wait(lambda: "here" in slow.last_words(), seconds=20, what="it did not start")
    hurry = threading.Thread(target=lambda: _ctrl_c_after("finishing", slow, watch))
    hurry.start()
    watch.stop()
    hurry.join()

    assert slow.process.returncode == -signal.SIGKILL
    assert "finishing" in slow.last_words()


def _ctrl_c_after(words, child, watch):
    while words not in child.last_words():
        pass
    watch.asked_to_stop += 1


def test_what_a_killed_predecessor_left_is_ended(watch, child, tmp_path):
    process = watch.start(child("web"), {}).process

    assert end_marked(str(tmp_path))
    assert process.wait(10) is not None
    assert not end_marked(str(tmp_path))


def test_what_belongs_to_another_folder_is_left_alone(watch, child, tmp_path):
    process = watch.start(child("web"), {}).process

    assert not end_marked(str(tmp_path / "other"))
    assert process.poll() is None


def test_children_of_a_killed_child_are_stopped_too(watch, child):
    code = (
        f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {PATIENT!r}]); {PATIENT}"
    )
    parent = watch.start(child("web", code), {}).process
    watch.wait(lambda: psutil.Process(parent.pid).children() != [], seconds=20, what="no child")
    family = psutil.Process(parent.pid).children()
    parent.kill()
    watch.stop()

    assert psutil.wait_procs(family, timeout=10)[1] == []


def test_a_second_start_on_the_same_data_is_told_about_the_first(tmp_path):
    with hold(tmp_path) as lock:
        lock.write_text("http://127.0.0.1:8000 (process 42)")
        with pytest.raises(Refusal, match=r"already running .*8000 \(process 42\)"), hold(tmp_path):
            pass
    with hold(tmp_path):
        pass


def test_a_taken_port_is_left_to_its_owner(capsys):
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        ports = surroundings.choose_ports(taken, free=False)

    ports.release()
    assert taken < ports.web < taken + 50
    assert f"port {taken} is taken" in capsys.readouterr().out


def test_a_port_that_localhost_means_to_somebody_else_is_taken_too():
    try:
        other = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("no IPv6 here")
    with other:
        taken = other.getsockname()[1]
        held = surroundings.next_free(taken)
        held.release()
        assert held.port != taken


def test_a_port_is_kept_until_it_is_needed():
    held = surroundings.next_free(0)
    with pytest.raises(OSError):
        surroundings.Held(held.port)
    held.release()
    surroundings.Held(held.port).release()


def test_a_long_log_is_put_aside(tmp_path):
    logs = tmp_path / "logs"
    turn_over_logs(logs)
    (logs / "web.log").write_text("long")
    (logs / "clock.log").write_text("")
    turn_over_logs(logs, most=3)

    assert sorted(log.name for log in logs.iterdir()) == ["clock.log", "web.log.old"]


def test_the_secret_is_made_once_and_kept_to_us(tmp_path):
    first = surroundings.secret_key(tmp_path / "secret_key")

    assert surroundings.secret_key(tmp_path / "secret_key") == first
    assert len(first) > 50
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_what_the_caller_has_set_wins(tmp_path, monkeypatch):
    monkeypatch.setenv("BASE_URL", "https://crm.example")
    monkeypatch.setenv("DATABASE_URL", "")
    around = surroundings.prepare_environment(tmp_path, surroundings.Ports(1, 2, 3))

    assert around.base_url == "https://crm.example"
    assert "DATABASE_URL" not in around.variables
    assert around.variables["DATA_DIR"] == str(tmp_path)
