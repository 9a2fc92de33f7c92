"""`/v1/subscriptions/{pubsub}/{topic...}`: pulling, answering, events."""

import json
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from blackbox.events import EventStream
from blackbox.problems import problem
from blackbox.processes import Gateway
from blackbox.rawhttp import request_bytes
from blackbox.waiting import until


@pytest.fixture
def topic(key):
    return f"t/{key}"


@pytest.fixture
def pull(auto, topic):
    """A topic that is subscribed to."""
    subscribed = auto.get(f"/v1/subscriptions/-/{topic}?wait=0")
    assert (subscribed.status, subscribed.json) == (200, {"messages": []}), subscribed
    return lambda query="wait=10s": auto.get(f"/v1/subscriptions/-/{topic}?{query}")


def publish(gateway, topic, body=b'{"id":17}'):
    assert gateway.post(f"/v1/publish/-/{topic}", body, {"Content-Type": "application/json"}).status == 204


def acknowledge(gateway, topic, ids, **more):
    return gateway.post(f"/v1/subscriptions/-/{topic}/ack", json.dumps({"ids": ids, **more}))


def test_a_message_is_pulled_and_acknowledged(auto, topic, pull):
    publish(auto, topic)
    response = pull()
    assert response.status == 200 and response["cache-control"] == "no-store"
    [message] = response.json["messages"]
    assert message["attempt"] == 1
    event = message["event"]
    assert event["data"] == {"id": 17} and event["topic"] == topic and event["pubsubname"] == "pubsub"
    assert event["specversion"] == "1.0" and event["id"] and event["type"] and event["source"]
    assert acknowledge(auto, topic, [message["id"]]).status == 204
    problem(acknowledge(auto, topic, [message["id"]]), 404, "not-found")
    assert pull("wait=0").json == {"messages": []}


def test_acknowledgements_find_their_message_on_every_shard(auto, topic, pull):
    for number in range(12):  # each request on a connection of its own, so on any shard
        publish(auto, topic, str(number).encode())
        [message] = pull().json["messages"]
        assert message["event"]["data"] == number
        assert acknowledge(auto, topic, [message["id"]]).status == 204


def test_a_poll_waits_for_a_message(auto, topic, pull):
    with ThreadPoolExecutor() as pool:
        polled = pool.submit(pull, "wait=20s")
        until(lambda: auto.gauge("requests_in_flight") == 1, what="the poll")
        publish(auto, topic)
        assert len(polled.result(5).json["messages"]) == 1


def test_each_message_is_with_one_poller(auto, topic, pull):
    with ThreadPoolExecutor() as pool:
        polls = [pool.submit(pull, "wait=2s&max=1") for _ in range(3)]
        publish(auto, topic)
        counts = sorted(len(poll.result(10).json["messages"]) for poll in polls)
    assert counts == [0, 0, 1]


def test_an_empty_poll_ends_in_time(pull):
    start = time.monotonic()
    assert pull("wait=300ms").json == {"messages": []}
    assert 0.3 <= time.monotonic() - start < 3


def test_what_is_not_acknowledged_comes_again(auto, topic, pull):
    publish(auto, topic)
    [first] = pull("wait=5s&ack=1s").json["messages"]
    assert pull("wait=0").json["messages"] == []
    [again] = pull("wait=5s&ack=30s").json["messages"]
    assert (again["id"], again["attempt"]) == (first["id"], 2)
    assert again["event"] == first["event"]
    assert acknowledge(auto, topic, [first["id"]]).status == 204


def test_retry_offers_at_once(auto, topic, pull):
    publish(auto, topic)
    [first] = pull().json["messages"]
    assert acknowledge(auto, topic, [first["id"]], status="retry").status == 204
    [again] = pull("wait=0").json["messages"]
    assert (again["id"], again["attempt"]) == (first["id"], 2)
    assert acknowledge(auto, topic, [first["id"]], status="drop").status == 204
    assert pull("wait=0").json["messages"] == []


def test_a_poller_that_hangs_up_gives_back(auto, topic, pull):
    with auto.connect() as connection:
        connection.send(request_bytes("GET", f"/v1/subscriptions/-/{topic}?wait=30s"))
        until(lambda: auto.gauge("requests_in_flight") == 1, what="the poll")
    until(lambda: auto.gauge("requests_in_flight") == 0, what="the end of the poll")
    publish(auto, topic)
    [message] = pull().json["messages"]
    assert message["attempt"] == 1
    acknowledge(auto, topic, [message["id"]])


def test_several_ids_some_of_which_are_unknown(auto, topic, pull):
    publish(auto, topic)
    [message] = pull().json["messages"]
    response = acknowledge(auto, topic, [message["id"], "nothing"], status="success")
    assert response.status == 207 and response.media_type == "application/json"
    [failed] = response.json["failed"]
    assert failed["id"] == "nothing" and failed["detail"]


@pytest.mark.parametrize("body", [
    "", "[]", "{}", '{"ids":[]}', '{"ids":"a"}', '{"ids":[1]}', '{"ids":["a"],"status":"no"}',
    '{"ids":["a"],"state":"success"}'])
def test_bad_answers(auto, topic, body):
    problem(auto.post(f"/v1/subscriptions/-/{topic}/ack", body), 400, "invalid-body")


@pytest.mark.parametrize("query", ["max=0", "max=x", "max=101", "wait=61s", "ack=0", "wiat=1s", "wait=1s&wait=2s"])
def test_bad_parameters(auto, topic, query):
    problem(auto.get(f"/v1/subscriptions/-/{topic}?{query}"), 400)


@pytest.mark.parametrize("accept", ["*/*", "text/event-stream"])
def test_an_unknown_component(auto, accept):
    problem(auto.get("/v1/subscriptions/nowhere/t", {"Accept": accept}), 404, "no-such-component")


def test_other_methods(auto, topic):
    for method in ("PUT", "DELETE", "PATCH"):
        problem(auto.ask(method, f"/v1/subscriptions/-/{topic}", None, b""), 405)
    problem(auto.post(f"/v1/subscriptions/-/{topic}", "{}"), 405)


def test_the_http_api_cannot_stream(gateways):
    problem(gateways("http").get("/v1/subscriptions/-/t"), 501, "not-supported")


def test_head_takes_nothing(auto, topic, pull):
    publish(auto, topic)
    response = auto.head(f"/v1/subscriptions/-/{topic}")
    assert (response.status, response.body, response.media_type) == (200, b"", "application/json")
    [message] = pull().json["messages"]
    assert message["attempt"] == 1
    acknowledge(auto, topic, [message["id"]])


# Events

def test_messages_as_events(auto, topic):
    with EventStream(auto, f"/v1/subscriptions/-/{topic}") as stream:
        assert stream.head.status == 200 and stream.head.media_type == "text/event-stream"
        assert stream.head["cache-control"] == "no-store" and stream.head["x-request-id"]
        for number in range(3):
            publish(auto, topic, str(number).encode())
            event = stream.event()
            message = json.loads(event["data"])
            assert event["id"] == message["id"] and message["event"]["data"] == number
            assert acknowledge(auto, topic, [event["id"]]).status == 204
        assert stream.retry == 3000


def test_a_stream_that_hangs_up_gives_back(auto, topic):
    with EventStream(auto, f"/v1/subscriptions/-/{topic}") as stream:
        publish(auto, topic)
        first = json.loads(stream.event()["data"])
    again = auto.get(f"/v1/subscriptions/-/{topic}?wait=5s").json["messages"]
    assert [(m["id"], m["attempt"]) for m in again] == [(first["id"], 2)]
    acknowledge(auto, topic, [first["id"]])


def test_http_1_0_reads_events_until_the_end(auto, topic, start, sidecar):
    gateway = start(Gateway, sidecar)
    with gateway.connect() as connection:
        connection.send(request_bytes(
            "GET", f"/v1/subscriptions/-/{topic}", {"Accept": "text/event-stream"}, version="1.0"))
        head = connection.head()
        assert head.status == 200 and head.get("transfer-encoding") is None
        gateway.process.terminate()
        lines = connection._rest().decode().split("\n\n")
    assert lines[0] == "retry: 3000" and 1000 <= int(lines[1].removeprefix("retry: ")) <= 5000
    assert gateway.stop() == 0


def test_shutting_down_ends_polls_and_streams(start, sidecar, topic):
    gateway = start(Gateway, sidecar)
    target = f"/v1/subscriptions/-/{topic}"
    with EventStream(gateway, target) as stream, gateway.connect() as connection:
        assert stream.block() == "retry: 3000"
        connection.send(request_bytes("GET", f"{target}?wait=60s"))
        until(lambda: gateway.gauge("requests_in_flight") == 2, what="the poll")
        started = time.monotonic()
        gateway.process.terminate()
        assert connection.response().json == {"messages": []}
        assert stream.event() is None and 1000 <= stream.retry <= 5000
        assert gateway.stop() == 0
        assert time.monotonic() - started < 5


def test_the_subscription_ends_when_nobody_polls(start, sidecar, topic):
    gateway = start(Gateway, sidecar, configuration={"limits": {"subscriptionIdle": "300ms"}})
    gateway.get(f"/v1/subscriptions/-/{topic}?wait=0")
    assert gateway.metric("daprgw_sidecar_streams") == 1
    until(lambda: gateway.metric("daprgw_sidecar_streams") == 0, what="the end of the subscription")


def test_curl(auto, topic, pull):
    def curl(*arguments):
        done = subprocess.run(["curl", "-sS", *arguments], capture_output=True, text=True, timeout=30)
        assert done.returncode in (0, 28), done
        return done.stdout

    url = f"http://127.0.0.1:{auto.port}/v1"
    curl("-d", '{"id":1}', f"{url}/publish/-/{topic}")
    [message] = json.loads(curl(f"{url}/subscriptions/-/{topic}?wait=5s"))["messages"]
    assert message["event"]["data"] == {"id": 1}
    answer = json.dumps({"ids": [message["id"]]})
    code = curl("-o", "/dev/null", "-w", "%{http_code}", "-d", answer, f"{url}/subscriptions/-/{topic}/ack")
    assert code == "204"
    curl("-d", '{"id":2}', f"{url}/publish/-/{topic}")
    events = curl("-N", "--max-time", "1", "-H", "Accept: text/event-stream", f"{url}/subscriptions/-/{topic}")
    assert "\nid: " in events and '"data":{"id":2}' in events
