"""Configuration and locks through the official Dapr Python SDK, unmodified."""

import queue

import grpc
import pytest
from dapr.clients.grpc._response import UnlockResponseStatus

import http1

CONFIGURATION, LOCKS = "configstore", "lockstore"
WAIT_SECONDS = 10


@pytest.fixture
def store(sidecar):
    def change(method, key, text=None):
        path = f"/dev/configuration/{CONFIGURATION}/{key}"
        request = {"method": method, "path": path, "headers": {}} | ({"body": text} if text else {})
        assert http1.exchange(sidecar.ports["http"], request)["status"] == 204

    return change


def test_configuration_is_read(client, store):
    store("PUT", "greeting", "hello||7")
    items = client.get_configuration(CONFIGURATION, ["greeting", "none"]).items
    assert list(items) == ["greeting"]
    assert (items["greeting"].value, items["greeting"].version) == ("hello", "7")


def test_configuration_is_followed(client, store):
    changes = queue.Queue()
    id = client.subscribe_configuration(
        CONFIGURATION, ["color"], lambda id, response: changes.put((id, response.items))
    )
    for text, value in (("red||1", "red"), ("blue||2", "blue")):
        store("PUT", "color", text)
        told, items = changes.get(timeout=WAIT_SECONDS)
        while not items:
            told, items = changes.get(timeout=WAIT_SECONDS)
        assert (told, items["color"].value) == (id, value)
    store("PUT", "other", "x")
    assert client.unsubscribe_configuration(CONFIGURATION, id)
    store("PUT", "color", "green")
    with pytest.raises(queue.Empty):
        while True:
            _, items = changes.get(timeout=0.3)
            assert not items
    assert not client.unsubscribe_configuration(CONFIGURATION, id)


def test_an_unknown_configuration_store_is_an_error(client):
    with pytest.raises(grpc.RpcError, match="configuration store nostore not found"):
        client.get_configuration("nostore", ["a"])


def test_a_lock_excludes(client):
    with client.try_lock(LOCKS, "resource", "me", 60) as mine:
        assert mine.success
        assert not client.try_lock(LOCKS, "resource", "you", 60).success
        assert client.unlock(LOCKS, "resource", "you").status == (
            UnlockResponseStatus.lock_belongs_to_others
        )
    # Leaving the block unlocked it.
    assert client.unlock(LOCKS, "resource", "me").status == (
        UnlockResponseStatus.lock_does_not_exist
    )
    assert client.try_lock(LOCKS, "resource", "you", 60).success
    assert client.unlock(LOCKS, "resource", "you").status == UnlockResponseStatus.success
