"""Problem documents (RFC 9457), as `rest-api.md` describes them."""

from .processes import check_common

#: Every type that some test has seen; `test_pages.py` looks them up in /v1/problems at the end.
seen_types = set()


def problem(response, status, kind=None, mentions=()):
    """Checks that the response is a problem document, and returns it."""
    assert response.status == status, (response.status, response.body[:1000])
    assert response.media_type == "application/problem+json", response
    check_common(response)
    document = response.json
    assert {"type", "title", "status", "detail", "instance"} <= set(document), document
    assert document["status"] == status, document
    assert document["instance"] == response["x-request-id"], document
    assert document["title"] and document["detail"], document
    slug = document["type"].rstrip("/").replace("#", "/").replace(":", "/").rpartition("/")[2]
    seen_types.add(slug)
    if kind is not None:
        assert slug == kind, document
    for text in [mentions] if isinstance(mentions, str) else mentions:
        assert text.lower() in document["detail"].lower(), (text, document)
    return document
