"""The official Dapr Python SDK, unmodified, against the development sidecar."""

import json
import time

import grpc
import pytest
from dapr.clients.exceptions import DaprGrpcError
from dapr.clients.grpc._request import TransactionalStateOperation, TransactionOperationType
from dapr.clients.grpc._state import Concurrency, Consistency, StateItem, StateOptions
from dapr.clients.health import DaprHealth
from dapr.conf import settings

# The SDK's gRPC goes to the sidecar in any case: health and some invocations go over HTTP.
pytestmark = pytest.mark.parametrize("way", ["sidecar", "gateway"], indirect=True)

STORE, PUBSUB = "memstore", "mempubsub"
FIRST_WRITE = StateOptions(concurrency=Concurrency.first_write, consistency=Consistency.strong)


@pytest.fixture(params=["grpc", "http"])
def invocation(request, monkeypatch):
    """The protocol with which the SDK invokes methods."""
    monkeypatch.setattr(settings, "DAPR_API_METHOD_INVOCATION_PROTOCOL", request.param)
    return request.param


def published(client):
    """The events that the echo app was sent since the last call."""
    answer = client.invoke_method("echo-app", "_take", b"", http_verb="GET")
    return [json.loads(event["body"]) for event in answer.json()]


def test_it_waits_for_the_sidecar(client):
    with pytest.warns(DeprecationWarning):
        client.wait(5)
    DaprHealth.wait_for_sidecar()


def test_a_value_is_saved_read_and_deleted(client):
    client.save_state(STORE, "k", "value", state_metadata={"ttlInSeconds": "100"})
    answer = client.get_state(STORE, "k")
    assert (answer.text(), answer.etag != "") == ("value", True)
    client.delete_state(STORE, "k")
    assert client.get_state(STORE, "k").data == b""


def test_an_etag_guards_a_value(client):
    client.save_state(STORE, "guarded", b"\x00\xff")
    old = client.get_state(STORE, "guarded").etag
    client.save_state(STORE, "guarded", "2", etag=old, options=FIRST_WRITE)
    for guarded_call in (
        lambda: client.save_state(STORE, "guarded", "3", etag=old, options=FIRST_WRITE),
        lambda: client.delete_state(STORE, "guarded", etag=old, options=FIRST_WRITE),
    ):
        with pytest.raises(DaprGrpcError) as failure:
            guarded_call()
        assert failure.value.code() == grpc.StatusCode.ABORTED
    answer = client.get_state(STORE, "guarded")
    assert answer.text() == "2"
    client.delete_state(STORE, "guarded", etag=answer.etag, options=FIRST_WRITE)
    assert client.get_state(STORE, "guarded").data == b""


def test_many_values_at_once(client):
    items = [StateItem(key="m1", value="one"), StateItem(key="m2", value="two")]
    client.save_bulk_state(STORE, items)
    answer = client.get_bulk_state(STORE, ["m1", "m2", "m3"], parallelism=2)
    assert {item.key: item.text() for item in answer.items} == {"m1": "one", "m2": "two", "m3": ""}


def test_a_transaction_is_all_or_nothing(client):
    client.save_state(STORE, "t1", "old")
    delete = TransactionOperationType.delete
    client.execute_state_transaction(
        STORE,
        [
            TransactionalStateOperation(key="t1", operation_type=delete),
            TransactionalStateOperation(key="t2", data="new"),
        ],
    )
    assert client.get_state(STORE, "t1").data == b""
    with pytest.raises(DaprGrpcError):
        client.execute_state_transaction(
            STORE,
            [
                TransactionalStateOperation(key="t3", data="never"),
                TransactionalStateOperation(key="t2", data="never", etag="777"),
            ],
        )
    assert client.get_state(STORE, "t2").text() == "new"
    assert client.get_state(STORE, "t3").data == b""


def test_an_unknown_store_is_an_error_with_its_code(client):
    with pytest.raises(DaprGrpcError) as failure:
        client.get_state("nostore", "k")
    assert failure.value.error_code() == "DAPR_STATE_NOT_FOUND"


def test_events_reach_the_subscriber(client):
    published(client)
    client.publish_event(PUBSUB, "orders", '{"id":1}', data_content_type="application/json")
    answer = client.publish_events(PUBSUB, "orders", ["a", "b"], data_content_type="text/plain")
    assert not answer.failed_entries
    events = []
    deadline = time.monotonic() + 10
    while len(events) < 3 and time.monotonic() < deadline:
        events += published(client)
    assert [events[0]["data"], sorted(event["data"] for event in events[1:])] == [
        {"id": 1},
        ["a", "b"],
    ]


def test_secrets(client):
    assert client.get_secret("localsecrets", "plain").secret == {"plain": "hello"}
    secrets = client.get_bulk_secret("multisecrets").secrets
    assert secrets["db"] == {"user": "alice", "pass": "s3cret"}
    with pytest.raises(grpc.RpcError, match="secret none not found"):
        client.get_secret("localsecrets", "none")


def test_metadata_is_read_and_set(client):
    client.set_metadata("color", "blue")
    metadata = client.get_metadata()
    assert metadata.application_id == "echo-app"
    assert metadata.extended_metadata["color"] == "blue"
    assert STORE in {component.name for component in metadata.registered_components}


def test_methods_of_apps(client, invocation):
    answer = client.invoke_method(
        "echo-app",
        "some/method",
        '{"a":1}',
        content_type="application/json",
        http_verb="PUT",
        http_querystring=(("q", "1"),),
    )
    echo = answer.json()
    assert (echo["method"], echo["path"], echo["body"]) == ("PUT", "/some/method?q=1", '{"a":1}')
    with pytest.raises(Exception, match="couldn't find service|ERR_DIRECT_INVOKE|timeout waiting"):
        client.invoke_method("nosuch", "x", b"", http_verb="GET")
    if invocation == "grpc":
        answer = client.invoke_method("grpc-app", "hello", b"data", http_verb="POST")
        assert answer.data.startswith(b"oninvoke hello data")
