"""Keys with every odd character: byte for byte, or a 400 that names the problem."""

import pytest

from blackbox.encoding import percent, percent_all
from blackbox.problems import problem

# What is looked up at the sidecar itself, so that the gateway cannot agree with itself on a mistake.


def stored(sidecar, key):
    response = sidecar.ask("GET", f"/v1.0/state/statestore/{percent_all(key)}")
    return response.body if response.status == 200 else None


def round_trip(gateway, sidecar, target, key, value):
    assert gateway.put(f"/v1/state/-/{target}", value).status == 204, target
    assert stored(sidecar, key) == value, f"{target} was not stored as {key!r}"
    assert gateway.get(f"/v1/state/-/{target}").body == value
    assert gateway.get(f"/v1/state/-/{percent_all(key)}").body == value
    bulk = gateway.get(f"/v1/state/-?key={percent_all(key)}")
    assert bulk.status == 200 and list(bulk.json) == [key], bulk.body
    assert gateway.delete(f"/v1/state/-/{target}").status == 204
    assert stored(sidecar, key) is None


@pytest.mark.parametrize("byte", [b for b in range(1, 128)], ids=lambda b: f"{b:02x}")
def test_every_ascii_character_encoded(gateway, sidecar, byte):
    key = f"a{chr(byte)}b-{gateway.protocol}"
    round_trip(gateway, sidecar, percent(key), key, b"%d" % byte)


LITERAL = "!$&'()*+,;=:@/-._~"  # what RFC 3986 lets stand in a path


@pytest.mark.parametrize("character", LITERAL)
def test_every_path_character_as_it_is(gateway, sidecar, character):
    key = f"x{character}y-{gateway.protocol}"
    round_trip(gateway, sidecar, percent(key, keep=LITERAL.encode()), key, b'"literal"')


ODD = {
    "a slash": ("orders/17", "orders/17"),
    "an encoded slash": ("orders%2F18", "orders/18"),
    "a lower-case escape": ("orders%2f19", "orders/19"),
    "a slash at the end": ("orders/", "orders/"),
    "two slashes": ("a//b", "a//b"),
    "a slash at the start": ("/a", "/a"),
    "only a slash": ("%2F", "/"),
    "a plus": ("a+b", "a+b"),
    "an encoded plus": ("a%2Bc", "a+c"),
    "a space": ("a%20b", "a b"),
    "only a space": ("%20", " "),
    "a percent sign": ("100%25", "100%"),
    "what looks like an escape": ("%2541", "%41"),
    "twice encoded": ("%252F", "%2F"),
    "umlauts": (percent("grüße"), "grüße"),
    "combining": (percent("e\u0301"), "e\u0301"),
    "an emoji": (percent("\U0001f600\U0001f468\u200d\U0001f469"), "\U0001f600\U0001f468\u200d\U0001f469"),
    "the last code point": (percent("\U0010ffff"), "\U0010ffff"),
    "a byte order mark": (percent("\ufeffa"), "\ufeffa"),
    "three dots": ("...", "..."),
    "dots in a name": ("a..b/.c", "a..b/.c"),
    "one bar": ("a%7Cb", "a|b"),
    "bars apart": ("%7Ca%7C", "|a|"),
    "an ampersand and an equals sign": ("a&b=c", "a&b=c"),
    "an encoded question mark": ("a%3Fb%23c", "a?b#c"),
    "line ends": ("a%0D%0Ab", "a\r\nb"),
    "a header line": ("%0d%0aX-Evil:%201", "\r\nX-Evil: 1"),
    "quotes": ("%22%5C%22", '"\\"'),
    "long": ("k" * 1000, "k" * 1000),
    "a word of the sidecar's": ("bulk", "bulk"),
    "another word of the sidecar's": ("transaction", "transaction"),
    "query": ("query", "query"),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_keys(gateway, sidecar, name):
    target, key = ODD[name]
    round_trip(gateway, sidecar, target, key, b'{"odd":true}')


REFUSED = {
    "empty": "",
    "NUL": "a%00b",
    "only NUL": "%00",
    "a bar too many": "a||b",
    "encoded bars": "a%7C%7Cb",
    "mixed bars": "a%7c|b",
    "one dot": ".",
    "two dots": "..",
    "two dots below": "a/../b",
    "one dot below": "a/./b",
    "two dots at the end": "a/..",
    "encoded dots": "%2e%2E",
    "encoded dots below": "a/%2e%2e/b",
    "dots between encoded slashes": "a%2F..%2Fb",
    "invalid UTF-8": "%ff",
    "a half character": "%e2%82",
    "an overlong slash": "%c0%af",
    "a surrogate": "%ed%a0%80",
    "beyond Unicode": "%f4%90%80%80",
    "a bad escape": "%zz",
    "a short escape": "a%4",
    "a bare percent sign": "100%",
    "a signed escape": "%+1",
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_refused_keys(auto, sidecar, method, name):
    body = b"1" if method == "PUT" else None
    response = auto.ask(method, f"/v1/state/-/{REFUSED[name]}", None, body)
    document = problem(response, 400)
    assert len(document["detail"]) > 10, "the problem is named"


@pytest.mark.parametrize("name", [n for n in REFUSED if n != "empty"])
def test_refused_keys_in_a_bulk_get(auto, name):
    problem(auto.get(f"/v1/state/-?key=fine&key={REFUSED[name]}"), 400)


def test_raw_bytes_beyond_ascii_are_refused_or_kept(auto, sidecar):
    key = "größe"
    response = auto.put(b"/v1/state/-/" + key.encode(), b"1")
    if response.status == 204:
        assert stored(sidecar, key) == b"1"
    else:
        problem(response, 400)
    problem(auto.put(b"/v1/state/-/\xff", b"1"), 400)
