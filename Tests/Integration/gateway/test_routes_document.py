"""The lines of docs/Routes.md, run as they stand there and in their order, before `daprgw dev`."""

import re

import pytest

from blackbox.processes import REPOSITORY
from test_readme import session, shell_lines

LINES = shell_lines((REPOSITORY / "docs/Routes.md").read_text())

#: For each line its status, and what the answer has to contain.
EXPECTED = [
    (r"-T person.json", 204, ""),
    # A store that can be queried gives the members in an order of its own.
    (r"v1/query/querystore$", 200, '"person":{"org":"dev"}'),
    (r"echo-binding/create", 200, "hello"),
    (r"files/create", 200, "order.json"),
    (r"files/get", 200, '{"id":17}'),
    (r"method/greet$", 200, '"body":"hello"'),
    (r"-X PATCH .*Echo/1/state$", 204, ""),
    (r"state/greetings$", 200, "1"),
    (r"-X PUT .*reminders/bill$", 204, ""),
    (r"-X DELETE .*reminders/bill$", 204, ""),
    (r"^curl localhost\S*reminders/bill$", 200, '"data":{"id":17}'),
    (r"timers/tick$", 204, ""),
    (r"workflows/ship", 202, '{"id":"order-17"}'),
    (r"order-17\?wait=1s", 200, '"input":{"order":17}'),
    (r"-X DELETE .*order-17$", 204, ""),
    (r"-X POST .*order-17/|order-17/events/payment$", 202, ""),
    (r"-o letter.enc", 200, ""),
    (r"v1/decrypt/crypto$", 200, "for your eyes only\n"),
    (r"-X PUT .*jobs/report$|-X DELETE .*jobs/report$", 204, ""),
    (r"^curl localhost\S*jobs/report$", 200, '"schedule":"@every 1h"'),
    (r"-d 'What is Dapr\?'", 200, "What is Dapr?"),
    (r"Be brief", 200, '"content":"Be brief.\\nWhat is Dapr?"'),
    (r"v1/metadata$", 200, '"querystore"'),
]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return session(tmp_path_factory.mktemp("routes"), lines=LINES)


def test_every_expectation_has_its_line():
    for pattern, _, _ in EXPECTED:
        assert any(re.search(pattern, line) for line in LINES), pattern


@pytest.mark.parametrize("number", range(len(LINES)), ids=lambda n: LINES[n][:60])
def test_each_line_works(run, number):
    result = run["results"][number]
    assert result["line"] == LINES[number]
    assert result["exit"] == 0, result
    if not result["line"].startswith("curl"):
        return
    found = next((e for e in EXPECTED if re.search(e[0], result["line"])), None)
    assert found, f"say in EXPECTED what this line does: {result['line']}"
    _, status, text = found
    assert f"HTTP {status}\n" in result["stderr"], result
    assert text in re.sub(r'("|:|,) (?=["{\[\d])', r"\1", result["stdout"]), result
    if status in (202, 204) and not text:
        assert result["stdout"] == "", result
