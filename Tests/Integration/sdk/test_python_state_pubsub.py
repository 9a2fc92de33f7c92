"""Queries, bulk publish and streaming subscriptions with the official Dapr Python SDK."""

import json
import queue
import threading

import grpc
import pytest
from dapr.clients.exceptions import DaprGrpcError
from dapr.clients.grpc._response import TopicEventResponse
from dapr.clients.grpc._state import StateItem
from dapr.proto import api_v1, common_v1

PUBSUB, WAIT_SECONDS = "mempubsub", 5


@pytest.fixture
def sidecar(sidecars):
    return sidecars.get("full")


def subscribe(client, topic, **options):
    """A subscription that stays. The SDK ends the stream of one at once when its sending thread sees
    it before it is marked as active; an app, too, has to subscribe again then."""
    for _ in range(20):
        subscription = client.subscribe(PUBSUB, topic, **options)
        # What was sent on the stream before this is answered before this.
        client.get_metadata()
        if subscription._stream.is_active():
            return subscription
        subscription.close()
    raise AssertionError(f"no stream of {topic} stays open")


def test_documents_are_found_page_by_page(client):
    documents = [
        StateItem(
            key=f"d{number}",
            value=json.dumps({"city": city, "size": number}),
            metadata={"contentType": "application/json"},
        )
        for number, city in enumerate(["Rome", "Oslo", "Rome", "Rome"])
    ]
    client.save_bulk_state("pgstore", documents)
    query = {
        "filter": {"EQ": {"city": "Rome"}},
        "sort": [{"key": "size", "order": "DESC"}],
        "page": {"limit": 2},
    }
    with pytest.warns(UserWarning, match="Alpha"):
        first = client.query_state("pgstore", json.dumps(query))
        query["page"]["token"] = first.token
        second = client.query_state("pgstore", json.dumps(query))
    assert [item.key for item in first.results] == ["d3", "d2"]
    assert [item.key for item in second.results] == ["d0"]
    assert json.loads(second.results[0].value) == {"city": "Rome", "size": 0}
    assert second.results[0].etag


def test_a_store_without_queries_says_so(client):
    with pytest.warns(UserWarning), pytest.raises(DaprGrpcError) as failure:
        client.query_state("memstore", "{}")
    assert failure.value.code() == grpc.StatusCode.INTERNAL
    assert "does not support querying" in str(failure.value)


def test_several_values_are_deleted_at_once(client):
    client.save_bulk_state("memstore", [StateItem(key=key, value="1") for key in "abc"])
    states = [common_v1.StateItem(key=key) for key in "ac"]
    client._stub.DeleteBulkState(
        api_v1.DeleteBulkStateRequest(store_name="memstore", states=states)
    )
    left = client.get_bulk_state("memstore", ["a", "b", "c"]).items
    assert {item.key: item.data for item in left} == {"a": b"", "b": b"1", "c": b""}


def test_events_published_in_bulk_reach_a_stream(client):
    subscription = subscribe(client, "bulk")
    answer = {}

    def publish():
        answer["failed"] = client.publish_events(PUBSUB, "bulk", ["one", "two", "three"])

    # The broker takes the second event only when the first is answered.
    publisher = threading.Thread(target=publish)
    publisher.start()
    received = []
    for _ in range(3):
        message = subscription.next_message()
        received.append(message.data())
        subscription.respond_success(message)
    publisher.join(WAIT_SECONDS)
    assert not publisher.is_alive()
    assert sorted(received) == ["one", "three", "two"]
    assert list(answer["failed"].failed_entries) == []
    subscription.close()


def test_messages_are_answered_and_dropped_ones_become_dead_letters(client):
    dead = subscribe(client, "dead")
    subscription = subscribe(client, "letters", dead_letter_topic="dead")
    client.publish_event(PUBSUB, "letters", '{"n":1}', data_content_type="application/json")
    message = subscription.next_message()
    assert (message.data(), message.topic(), message.pubsub_name()) == ({"n": 1}, "letters", PUBSUB)
    assert message.data_content_type() == "application/json"
    subscription.respond_drop(message)
    letter = dead.next_message()
    assert (letter.data(), letter.id()) == ({"n": 1}, message.id())
    dead.respond_success(letter)
    for stream in (subscription, dead):
        stream.close()


def test_a_handler_is_called_for_each_message(client):
    seen = queue.Queue()

    def handle(message):
        seen.put(message.data())
        return TopicEventResponse("success")

    close = client.subscribe_with_handler(PUBSUB, "handled", handle)
    for text in ("a", "b"):
        assert delivered(client, seen, text) == text
    close()


def delivered(client, seen, text):
    """What the handler got of an event; what comes while the SDK connects again is lost."""
    for _ in range(3):
        client.publish_event(PUBSUB, "handled", text, data_content_type="text/plain")
        try:
            return seen.get(timeout=WAIT_SECONDS)
        except queue.Empty:
            pass
    raise AssertionError(f"{text} was never delivered")
