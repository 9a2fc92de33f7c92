"""`POST /v1/conversation/{component}`: the development sidecar's model says what it was told."""

import json

import pytest

from blackbox.problems import problem

URL = "/v1/conversation/conversation"


def ask(gateway, body, fields=None, path=""):
    body = body if isinstance(body, bytes) else json.dumps(body)
    return gateway.post(URL + path, body, fields)


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded"])
def test_text_in_text_out(gateway, kind):
    response = ask(gateway, "Was kostet größer?".encode(), kind and {"Content-Type": kind})
    assert (response.status, response.media_type) == (200, "text/plain")
    assert response.text == "Was kostet größer?"


def test_text_in_json_out(gateway):
    response = ask(gateway, b"hello", {"Accept": "application/json"})
    choice = response.json["outputs"][0]["choices"][0]
    assert choice == {"index": 0, "finishReason": "stop", "message": {"content": "hello"}}
    assert response.json["outputs"][0]["usage"]["totalTokens"] == 2


def test_several_messages(gateway):
    response = ask(gateway, {"contextId": "c", "temperature": 0.5, "messages": [
        {"role": "developer", "content": "one"}, {"role": "system", "content": "two", "name": "n"},
        {"role": "user", "content": "three"}, {"role": "assistant", "content": "four"},
        {"role": "tool", "content": "five", "name": "f", "toolId": "7"}]})
    assert (response.status, response.media_type) == (200, "application/json")
    assert response.json["contextId"] == "c"
    content = response.json["outputs"][0]["choices"][0]["message"]["content"]
    assert content.split("\n")[:4] == ["one", "two", "three", "four"]
    assert "'7'" in content and content.endswith("five")


def test_personal_data_is_scrubbed(gateway):
    said = "write to jane@example.org"
    response = ask(gateway, {"inputs": [{"messages": [{"role": "user", "content": said}], "scrubPii": True}]})
    assert "jane@example.org" not in response.json["outputs"][0]["choices"][0]["message"]["content"]


def test_tools(gateway):
    response = ask(gateway, {
        "messages": [{"role": "user", "content": "weather?"}], "toolChoice": "required",
        "tools": [{"function": {"name": "weather", "description": "tells it", "parameters": {
            "type": "object", "properties": {"city": {"type": "string"}}}}}]})
    choice = response.json["outputs"][0]["choices"][0]
    assert choice["finishReason"] == "tool_calls"
    call = choice["message"]["toolCalls"][0]
    assert call["function"] == {"name": "weather", "arguments": "city"} and "id" in call


@pytest.mark.parametrize("body, mentions", [
    (b"", "JSON"), (b"17", "object"), ({}, "messages"), ({"messages": []}, "no messages"),
    ({"messages": [{"role": "boss", "content": "x"}]}, ["message 1", "boss"]),
    ({"messages": [{"role": "user", "content": "x"}], "temprature": 1}, "temperature"),
])
def test_bad_requests(gateway, body, mentions):
    problem(ask(gateway, body, {"Content-Type": "application/json"}), 400, "invalid-body", mentions)


def test_bad_texts(auto):
    problem(ask(auto, b""), 400, "invalid-body")
    problem(ask(auto, b"\xff"), 400, "invalid-body")
    problem(ask(auto, b"x", {"Content-Type": "image/png"}), 415, "unsupported-media-type", "image/png")


def test_a_tool_that_is_not_offered(gateway):
    response = ask(gateway, {"messages": [{"role": "user", "content": "x"}], "toolChoice": "nosuch"})
    problem(response, 400, "invalid-argument", "tool choice")


def test_unknown_components(gateway):
    problem(gateway.post("/v1/conversation/nosuch", b"x"), 404, "no-such-component")
    problem(gateway.post("/v1/conversation/-", b"x"), 404, "no-default")
