"""Channels against real receivers: a mail server and a webhook on this machine."""

import json
from pathlib import Path

import pytest

from monitoring.alerts import webhook
from monitoring.alerts.channels import Channel, ChannelError, channels, send


def test_a_signed_webhook_arrives_and_its_receiver_can_verify_it(hook):
    url, got, _ = hook
    send(Channel("ops", "webhook", url, "s3cret"), "subject", "body é", {"delivery": "7", "events": []})
    ((headers, body),) = got
    stamp, sign = headers["Lookout-Timestamp"], headers["Lookout-Signature"]
    assert webhook.verified("s3cret", stamp, body, sign)
    assert not webhook.verified("other", stamp, body, sign)
    assert not webhook.verified("s3cret", stamp, body + b" ", sign)
    assert not webhook.verified("s3cret", str(int(stamp) - 400), body, sign)
    assert json.loads(body) == {"subject": "subject", "body": "body é", "delivery": "7", "events": []}
    assert headers["Lookout-Delivery"] == "7"


@pytest.mark.parametrize("code", [302, 404, 500])
def test_a_receiver_that_refuses_is_told_without_its_address(hook, code):
    url, got, answers = hook
    answers.append(code)
    with pytest.raises(ChannelError, match=f"the receiver answered {code}") as error:
        send(Channel("ops", "webhook", url, "s3cret"), "s", "b", {})
    assert "hidden" not in str(error.value)
    assert len(got) == 1, "a signed message is never sent on to another address"


def test_a_receiver_that_is_not_there_is_told_without_its_address():
    with pytest.raises(ChannelError, match="cannot be reached") as error:
        send(Channel("ops", "webhook", "http://127.0.0.1:9/token", "s3cret"), "s", "b", {})
    assert "token" not in str(error.value)
    with pytest.raises(ChannelError, match="http or https"):
        send(Channel("ops", "webhook", "file:///etc/passwd", "s3cret"), "s", "b", {})


def test_mail_arrives_as_plain_text(mails):
    port, got = mails
    url = f"mailto://127.0.0.1:{port}?from=lookout@example.org&to=ada@example.org&mode=insecure"
    send(Channel("mail", "mailto", url), "red since 3 Jul: <b>x</b>", "line one\n<script>", {})
    (envelope,) = got
    text = envelope.content.decode()
    assert envelope.rcpt_tos == ["ada@example.org"]
    assert "Content-Type: text/plain" in text
    assert "text/html" not in text


def test_mail_that_is_not_taken_is_told_without_its_address():
    url = "mailto://user:hidden@127.0.0.1:9?from=a@example.org&to=b@example.org&mode=insecure"
    with pytest.raises(ChannelError, match="mailto did not take it"):
        send(Channel("mail", "mailto", url), "s", "b", {})
    with pytest.raises(ChannelError, match="not understood"):
        send(Channel("x", "nothing", "nothing://hidden"), "s", "b", {})


def test_the_environment_wins_over_the_file_and_neither_shows_its_secrets(tmp_path):
    file = tmp_path / "secrets.toml"
    file.write_text(
        '[channels.ops]\nurl = "https://a.example"\nsecret = "one"\n[channels.mail]\nurl = "mailto://m"\n'
    )
    given = {"LOOKOUT_CHANNEL_OPS_URL": "https://b.example", "LOOKOUT_CHANNEL_OPS_SECRET": "two"}
    found = channels(given, file)
    assert {name: (one.kind, one.source) for name, one in found.items()} == {
        "ops": ("webhook", "environment"), "mail": ("mailto", "secrets.toml")
    }  # fmt: skip
    assert found["ops"].secret == "two"
    assert "two" not in repr(found)
    assert "example" not in repr(found)
    assert channels({}, Path("nowhere")) == {}


@pytest.mark.parametrize("text", ["[channels.ops]\nsecret = 'topsecret'\n", "topsecret = [\n"])
def test_a_file_of_secrets_that_is_wrong_is_told_without_its_content(tmp_path, text):
    file = tmp_path / "secrets.toml"
    file.write_text(text)
    with pytest.raises(ChannelError) as error:
        channels({}, file)
    assert "topsecret" not in str(error.value)
