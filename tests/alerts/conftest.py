"""A mail server and an HTTP receiver for each test that asks for them."""

import pytest

from tests.receivers import http_receiver, mail_server


@pytest.fixture
def mails():
    """A mail server: its port, and the envelopes it got."""
    with mail_server() as running:
        yield running


@pytest.fixture
def hook():
    """An HTTP receiver: its address, the (headers, body) it got, and answers that it gives first."""
    with http_receiver() as running:
        yield running
