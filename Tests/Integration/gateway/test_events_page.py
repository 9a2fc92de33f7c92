"""The lines of docs/Events.md, run as they stand there, before `daprgw dev` on its default ports."""

import re

import pytest

from blackbox.processes import REPOSITORY
from test_readme import session

LINES = [
    line for block in re.findall(
        r"^```sh\n(.*?)^```", (REPOSITORY / "docs/Events.md").read_text(), re.DOTALL | re.MULTILINE)
    for line in block.splitlines()]

#: What a line says: the status codes of its calls, and a text in what it prints.
EXPECTED = [
    (r"^printf|^cat|^ids=", None, ""),
    (r"^\(sleep 1; curl -d", {200, 204}, '"data":{"id":21}'),
    (r"^\(sleep 1; curl -X PUT", {200, 204}, "id: 2\ndata: good morning\n"),
    (r"x-ndjson", {204}, ""),
    (r"/v1/publish/", {204}, ""),
    (r"subscriptions/-/orders\?wait=0s", {200}, '{"messages":[]}'),
    (r"-o pulled.json", {200}, ""),
    (r"orders/ack$", {204}, ""),
    (r"If-None-Match", {304}, 'ETag: "1"'),
    (r"text/event-stream' 'local", {200}, '"other":null'),
    (r"configuration/-/greeting$", {200}, "hello"),
    (r"\?key=greeting&key=other", {200}, '"other":null'),
]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    # Variables that one line sets are for those that follow.
    lines = [line if not line.startswith("ids=") else f"{line}; echo \"$ids\" > ids" for line in LINES]
    lines = [f"ids=$(cat ids); {line}" if "$ids" in line and "echo" not in line else line for line in lines]
    return session(tmp_path_factory.mktemp("events"), lines=lines)


def test_the_page_has_lines_for_everything():
    assert len(LINES) >= 14
    for pattern, _, _ in EXPECTED:
        assert any(re.search(pattern, line) for line in LINES), pattern


@pytest.mark.parametrize("number", range(len(LINES)), ids=lambda n: LINES[n][:60])
def test_each_line_works(run, number):
    result, line = run["results"][number], LINES[number]
    assert result["exit"] == (28 if "--max-time" in line else 0), result
    codes, text = next(((c, t) for p, c, t in EXPECTED if re.search(p, line)), ("?", ""))
    assert codes != "?", f"say in EXPECTED what this line does: {line}"
    if codes is not None:
        assert {int(code) for code in re.findall(r"HTTP (\d+)\n", result["stderr"])} == codes, result
    assert text in result["stdout"], result
