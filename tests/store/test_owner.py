"""The loopback route: who may ask, what is answered, and what happens when nobody is there."""

import http.client
import json
import os
import socket
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from monitoring.store import owner
from monitoring.store.owner import NoOwner, OwnerFailed, Route, ask, owner_file, owner_pid

ROOT = Path(owner.__file__).parents[2]


def echo(name, arguments):
    return {"stdout": f"{name} {json.dumps(arguments)}", "stderr": "said", "code": 3}


@pytest.fixture
def store(tmp_path):
    return tmp_path / "lookout.duckdb"


@pytest.fixture
def route(store):
    with Route(store, echo) as route:
        yield route


def post(route, store, *, method="POST", path="/command", drop=(), body=None, **headers):
    """Ask as `ask` does, with single parts of the request changed."""
    secret = json.loads(owner_file(store).read_text())["token"]
    body = body if body is not None else b'{"name": "check", "arguments": {}}'
    sent = {
        "Host": f"127.0.0.1:{route.port}",
        "Authorization": f"Bearer {secret}",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    connection = http.client.HTTPConnection("127.0.0.1", route.port, timeout=10)
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    for name, value in sent.items():
        if name not in drop:
            connection.putheader(name, value)
    connection.endheaders(body)
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response.status, content


def test_a_command_is_answered_with_what_it_prints_and_its_code(route, store):
    answer = ask(store, "show", {"model": "flights", "start": None, "limit": 3, "text": "é😀"})
    assert answer["code"] == 3
    assert answer["stderr"] == "said"
    name, arguments = answer["stdout"].split(" ", 1)
    assert (name, json.loads(arguments)) == (
        "show",
        {"model": "flights", "start": None, "limit": 3, "text": "é😀"},
    )


def test_an_answer_may_be_large(store):
    with Route(store, lambda name, arguments: {"stdout": "é" * 5_000_000, "stderr": "", "code": 0}):
        assert len(ask(store, "show", {})["stdout"]) == 5_000_000


def test_commands_are_answered_side_by_side(store):
    meeting = threading.Barrier(4, timeout=20)

    def wait(name, arguments):
        meeting.wait()
        return {"stdout": name, "stderr": "", "code": 0}

    answers = []
    with Route(store, wait):
        threads = [
            threading.Thread(target=lambda n=n: answers.append(ask(store, str(n), {}))) for n in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(answer["stdout"] for answer in answers) == ["0", "1", "2", "3"]


def test_a_command_that_fails_is_told_and_the_next_is_answered(store):
    def fail(name, arguments):
        if name == "broken":
            raise OSError("no room")
        return {"stdout": object() if name == "odd" else "", "stderr": "", "code": 0}

    with Route(store, fail):
        with pytest.raises(OwnerFailed, match="OSError: no room"):
            ask(store, "broken", {})
        with pytest.raises(OwnerFailed, match="TypeError"):
            ask(store, "odd", {})
        assert ask(store, "fine", {})["code"] == 0


def test_the_request_the_tests_vary_is_a_good_one(route, store):
    assert post(route, store)[0] == 200


def test_only_its_own_user_can_read_the_secret(route, store):
    assert stat.S_IMODE(owner_file(store).stat().st_mode) == 0o600
    assert os.listdir(store.parent) == ["lookout.duckdb.owner"]


def test_the_owner_is_known_while_the_route_is_open(store):
    assert owner_pid(store) is None
    with Route(store, echo):
        assert owner_pid(store) == os.getpid()
    assert owner_pid(store) is None
    assert not owner_file(store).exists()


def test_a_route_listens_on_the_loopback_address_alone(route):
    assert route._server.server_address[0] == "127.0.0.1"
    others = {
        address[4][0] for address in socket.getaddrinfo(socket.gethostname(), None, family=socket.AF_INET)
    }
    for address in others - {"127.0.0.1"}:
        with pytest.raises(OSError):
            socket.create_connection((address, route.port), timeout=2).close()


@pytest.mark.parametrize("token", ["Bearer wrong", "Bearer ", "", "Basic abc", "Bearer \xe9"])
def test_a_wrong_secret_is_refused(route, store, token):
    assert post(route, store, Authorization=token.encode("latin-1"))[0] == 401
    assert post(route, store, drop=["Authorization"])[0] == 401


@pytest.mark.parametrize("host", ["evil.example", "localhost:{port}", "127.0.0.1", "127.0.0.1:1", ""])
def test_another_host_name_is_refused(route, store, host):
    assert post(route, store, Host=host.format(port=route.port))[0] == 403
    assert post(route, store, drop=["Host"])[0] == 403


@pytest.mark.parametrize(
    "header",
    [{"Origin": "http://127.0.0.1"}, {"Origin": "null"}, {"origin": ""}, {"Referer": "http://x.example"},
     {"Sec_Fetch_Mode": "cors"}],
)  # fmt: skip
def test_a_browser_is_refused(route, store, header):
    assert post(route, store, **header)[0] == 403


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"])
def test_nothing_but_post_is_answered(route, store, method):
    assert post(route, store, method=method)[0] == 501


@pytest.mark.parametrize("path", ["/", "/command/", "/command?x=1", "/other"])
def test_there_is_one_address(route, store, path):
    assert post(route, store, path=path)[0] == 404


def test_a_form_is_refused(route, store):
    assert post(route, store, Content_Type="application/x-www-form-urlencoded")[0] == 415
    assert post(route, store, Content_Type="text/plain")[0] == 415


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'{"name": "check"}', b'{"name": 1, "arguments": {}}',
     b'{"name": "check", "arguments": []}', b"\xff"],
)  # fmt: skip
def test_what_is_not_a_command_is_refused(route, store, body):
    assert post(route, store, body=body)[0] == 400


def test_a_request_must_state_a_length_within_bounds(route, store):
    assert post(route, store, drop=["Content-Length"])[0] == 411
    assert post(route, store, Content_Length="-1")[0] == 411
    assert post(route, store, Content_Length="1e3")[0] == 411
    assert post(route, store, Transfer_Encoding="chunked")[0] == 411
    assert post(route, store, Content_Length=str((1 << 20) + 1), body=b"")[0] == 413


def test_the_callable_is_not_reached_by_a_refused_request(store):
    reached = []
    with Route(store, lambda name, arguments: reached.append(name)) as route:
        post(route, store, Authorization="Bearer wrong")
        post(route, store, Host="evil.example")
        post(route, store, Origin="http://evil.example")
        post(route, store, method="GET")
    assert reached == []


def test_who_sends_nothing_is_cut_off(store, monkeypatch):
    monkeypatch.setattr(owner._Handler, "timeout", 0.2)
    with Route(store, echo) as route, socket.create_connection(("127.0.0.1", route.port)) as idle:
        idle.settimeout(10)
        assert idle.recv(1) == b""
        assert ask(store, "check", {})["code"] == 3


def test_without_an_owner_nobody_answers(store):
    with pytest.raises(NoOwner):
        ask(store, "check", {})


DIE = """
import os, sys, time
from monitoring.store.owner import Route
route = Route(sys.argv[1], lambda name, arguments: {"stdout": "", "stderr": "", "code": 0})
print("open", flush=True)
time.sleep(60)
"""


def test_the_file_of_a_killed_owner_is_ignored_and_taken_over(store):
    owner = subprocess.Popen([sys.executable, "-c", DIE, store], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert owner.stdout.readline() == "open\n"
        assert owner_pid(store) == owner.pid
        assert ask(store, "check", {})["code"] == 0
    finally:
        owner.kill()
        owner.wait(30)
        owner.stdout.close()
    assert owner_file(store).exists()
    assert owner_pid(store) is None
    with pytest.raises(NoOwner):
        ask(store, "check", {})
    with Route(store, echo):
        assert owner_pid(store) == os.getpid()


def test_an_owner_that_does_not_listen_does_not_answer(store):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    owner_file(store).write_text(json.dumps({"pid": os.getpid(), "port": port, "token": "x"}))
    with pytest.raises(NoOwner, match="does not listen"):
        ask(store, "check", {})


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "{}", '{"pid": "x", "port": 1, "token": ""}', '{"pid": null}']
)
def test_a_damaged_owner_file_is_as_none(store, content):
    owner_file(store).write_text(content)
    assert owner_pid(store) is None
    with pytest.raises(NoOwner):
        ask(store, "check", {})


def test_an_old_route_leaves_its_successors_file(store):
    first = Route(store, echo)
    with Route(store, echo):
        first.close()
        assert ask(store, "check", {})["code"] == 3
    assert not owner_file(store).exists()


def test_an_answer_that_takes_too_long_is_told(store):
    def slow(name, arguments):
        time.sleep(0.5)
        return {"stdout": "", "stderr": "", "code": 0}

    with Route(store, slow), pytest.raises(OwnerFailed, match="did not finish"):
        ask(store, "check", {}, timeout=0.1)
