"""Bindings and cryptography of the official Python SDK against the development sidecar."""

import json
import os

import grpc
import pytest
from dapr.clients.grpc._crypto import DecryptOptions, EncryptOptions

VAULT = "localcrypto"


def test_a_file_is_written_read_listed_and_deleted(client):
    name = {"fileName": "folder/bytes"}
    created = client.invoke_binding("files", "create", b"\x00\xff raw", name)
    assert created.json() == {"fileName": "folder/bytes"}
    assert client.invoke_binding("files", "get", binding_metadata=name).data == b"\x00\xff raw"
    listed = json.loads(client.invoke_binding("files", "list").data)
    assert [path.endswith("/folder/bytes") for path in listed] == [True]
    client.invoke_binding("files", "delete", binding_metadata=name)
    with pytest.raises(grpc.RpcError, match="file not found"):
        client.invoke_binding("files", "get", binding_metadata=name)


def test_a_url_is_called(client):
    answer = client.invoke_binding(
        "httpbinding", "post", '{"n":1}', {"path": "/hook", "X-Custom": "v"}
    )
    echo = answer.json()
    assert (echo["method"], echo["path"], echo["body"]) == ("POST", "/hook", '{"n":1}')
    assert ["X-Custom", "v"] in echo["headers"]
    assert answer.binding_metadata["statusCode"] == "200"


@pytest.mark.parametrize("size", [1, 5, (1 << 20) + 3])
@pytest.mark.parametrize(
    ("key", "algorithm"), [("rsa-key.pem", "RSA"), ("aes256", "A256KW")], ids=["rsa", "aes"]
)
@pytest.mark.parametrize("cipher", ["aes-gcm", "chacha20-poly1305"])
def test_what_was_encrypted_decrypts(client, size, key, algorithm, cipher):
    data = os.urandom(size)
    options = EncryptOptions(
        component_name=VAULT,
        key_name=key,
        key_wrap_algorithm=algorithm,
        data_encryption_cipher=cipher,
    )
    document = client.encrypt(data, options).read()
    assert document.startswith(b"dapr.io/enc/v1\n")
    assert client.decrypt(document, DecryptOptions(component_name=VAULT)).read() == data


def test_nothing_at_all_cannot_be_encrypted(client):
    # The SDK then sends no message, not even the options, and daprd refuses that (recorded:
    # cryptostream-grpc-009).
    options = EncryptOptions(component_name=VAULT, key_name="aes256", key_wrap_algorithm="AES")
    with pytest.raises(grpc.RpcError, match="error receiving the first message: EOF"):
        client.encrypt(b"", options).read()


def test_a_document_without_key_name_needs_one(client):
    options = EncryptOptions(
        component_name=VAULT,
        key_name="aes256",
        key_wrap_algorithm="AES",
        omit_decryption_key_name=True,
    )
    document = client.encrypt("text", options).read()
    with pytest.raises(grpc.RpcError, match="does not contain a key name"):
        client.decrypt(document, DecryptOptions(component_name=VAULT)).read()
    told = DecryptOptions(component_name=VAULT, key_name="aes256")
    assert client.decrypt(document, told).read() == b"text"


def test_an_unknown_component_is_refused(client):
    options = EncryptOptions(component_name="x", key_name="k", key_wrap_algorithm="RSA")
    with pytest.raises(grpc.RpcError, match="crypto provider x not found"):
        client.encrypt(b"1", options).read()
