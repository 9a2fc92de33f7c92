"""`POST /v1/encrypt/...` and `POST /v1/decrypt/...`: cryptography, streamed to the sidecar and back."""

import threading

import pytest

from blackbox.app import pattern
from blackbox.problems import problem
from blackbox.processes import PROTOCOLS, Gateway, Sidecar, check_common
from blackbox.rawhttp import NoAnswer, chunked, request_bytes
from blackbox.waiting import until

ENCRYPT = "/v1/encrypt/crypto/dev-key?algorithm=AES"
DECRYPT = "/v1/decrypt/crypto"


def post(gateway, target, content):
    """A POST whose answer is read while it is sent, as streaming needs it."""
    def send():
        try:
            connection.send(request_bytes("POST", target, None, content))
        except OSError:
            pass  # the answer tells why

    with gateway.connect(timeout=60) as connection:
        sender = threading.Thread(target=send)
        sender.start()
        response = connection.response()
        sender.join(60)
    check_common(response)
    return response


def encrypted(gateway, content, target=ENCRYPT):
    response = post(gateway, target, content)
    assert (response.status, response.media_type) == (200, "application/octet-stream"), response.body[:300]
    return response.body


@pytest.mark.parametrize("size", [0, 1, 65535, 65536, 65537, 300_000])
@pytest.mark.parametrize("cipher", ["", "&cipher=aes-gcm", "&cipher=chacha20-poly1305"])
def test_there_and_back(gateway, size, cipher):
    content = pattern(size)
    document = encrypted(gateway, content, ENCRYPT + cipher)
    assert document.startswith(b"dapr.io/enc/v1\n")
    assert len(content) < 60 or content[:60] not in document
    response = post(gateway, DECRYPT, document)
    assert (response.status, response.body) == (200, content)
    assert response.get("cache-control") == "no-store"


def test_one_protocol_decrypts_what_another_encrypted(gateways):
    content = pattern(100_000)
    for writer, reader in zip(PROTOCOLS, PROTOCOLS[1:] + PROTOCOLS[:1]):
        assert post(gateways(reader), DECRYPT, encrypted(gateways(writer), content)).body == content


def test_a_small_answer_has_a_length(gateway):
    response = gateway.post(ENCRYPT, b"hello")
    assert int(response["content-length"]) == len(response.body)


def test_the_name_of_the_key(gateway):
    document = encrypted(gateway, b"x", ENCRYPT + "&omitKey=true")
    assert b"dev-key" not in document
    problem(post(gateway, DECRYPT, document), 400, "invalid-argument", "key name")
    assert gateway.post(DECRYPT + "?key=dev-key", document).body == b"x"
    other = encrypted(gateway, b"x", ENCRYPT + "&decryptionKey=other")
    assert b"other" in other
    # Whether there is a key shall not show.
    problem(gateway.post(DECRYPT, other), 400, "invalid-argument", "signature")
    assert gateway.post(DECRYPT + "?key=dev-key", other).body == b"x"


def test_a_changed_document(gateway):
    document = bytearray(encrypted(gateway, b"hello" * 100))
    document[-20] ^= 1
    problem(gateway.post(DECRYPT, bytes(document)), 400, "invalid-argument")
    problem(gateway.post(DECRYPT, b"no document at all"), 400, "invalid-argument")


def test_a_document_that_was_changed_far_behind_is_never_whole(gateway):
    document = bytearray(encrypted(gateway, pattern(1_000_000)))
    document[-100] ^= 1
    with gateway.connect() as connection:
        connection.send(request_bytes("POST", DECRYPT, None, bytes(document)))
        head = connection.head()
        # The response had begun before the sidecar came to that place, or not.
        if head.status == 200 and gateway.protocol != "http":
            with pytest.raises((NoAnswer, ConnectionResetError)):
                for _ in connection.pieces(head):
                    pass
        else:
            assert head.status == 400
            assert b"invalid-argument" in b"".join(connection.pieces(head))


def test_a_body_in_chunks(gateway):
    content = pattern(400_000)
    with gateway.connect() as connection:
        connection.send((f"POST {ENCRYPT} HTTP/1.1\r\nHost: x\r\n"
                         "Transfer-Encoding: chunked\r\n\r\n").encode())
        connection.send(chunked(content[:200_000]).removesuffix(b"0\r\n\r\n"))
        assert connection.is_open(), "the answer waits for the rest"
        connection.send(chunked(content[200_000:]))
        document = connection.response().body
    assert post(gateway, DECRYPT, document).body == content


def test_large_contents_where_the_limits_allow_them(start):
    # The sidecar's own limit is one of messages over gRPC, of contents over HTTP.
    sidecar = start(Sidecar, "--max-body-size", 64 << 20)
    gateway = start(Gateway, sidecar, PROTOCOLS[0], {"limits": {"body": "64MiB"}})
    content = pattern(24 << 20)
    document = encrypted(gateway, content)
    back = post(gateway, DECRYPT, document)
    assert back.status == 200 and back.body == content


def test_too_large(gateway):
    problem(gateway.post(ENCRYPT, pattern((4 << 20) + 1)), 413, "body-too-large")


def test_a_client_that_leaves_ends_the_call(auto):
    connection = auto.connect()
    connection.send((f"POST {ENCRYPT} HTTP/1.1\r\nHost: x\r\n"
                     "Content-Length: 100000\r\n\r\nbeginning").encode())
    until(lambda: auto.gauge("requests_in_flight") == 1, what="the call has begun")
    connection.close()
    until(lambda: auto.gauge("requests_in_flight") == 0, 5, "the call is over")


@pytest.mark.parametrize("target, status, kind, mentions", [
    ("/v1/encrypt/crypto/dev-key", 400, "invalid-parameter", "algorithm"),
    ("/v1/encrypt/crypto/dev-key?algorithm=ROT13", 400, "invalid-argument", ""),
    ("/v1/encrypt/crypto/dev-key?algorithm=AES&cipher=none", 400, "invalid-argument", ""),
    ("/v1/encrypt/crypto/dev-key?algorithm=a%0d%0ab", 400, "invalid-parameter", "algorithm"),
    ("/v1/encrypt/crypto/dev-key?algorithm=AES&chipher=x", 400, "unknown-parameter", ["chipher", "cipher"]),
    ("/v1/encrypt/crypto/?algorithm=AES", 400, "invalid-key", "empty"),
    ("/v1/encrypt/crypto/..%2fetc?algorithm=AES", 400, "invalid-key", ".."),
    ("/v1/encrypt/crypto/no-key?algorithm=AES", 404, "not-found", "no-key"),
    ("/v1/encrypt/nosuch/dev-key?algorithm=AES", 404, "no-such-component", ""),
    ("/v1/encrypt/-/dev-key?algorithm=AES", 404, "no-default", ""),
    ("/v1/decrypt/nosuch", 404, "no-such-component", ""), ("/v1/decrypt/crypto?key=", 400, "invalid-parameter", "key"),
])
def test_bad_requests(gateway, target, status, kind, mentions):
    problem(gateway.post(target, b"hello"), status, kind, mentions)
