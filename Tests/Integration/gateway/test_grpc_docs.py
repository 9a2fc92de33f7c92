"""docs/GRPC.md: its lines, run as they stand there before `daprgw dev`, and its table of statuses."""

import json
import re

import pytest

from blackbox.processes import REPOSITORY
from test_readme import session

TEXT = (REPOSITORY / "docs/GRPC.md").read_text()
LINES = [line for block in re.findall(r"^```sh\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
         for line in block.splitlines()]

#: What each line is answered; a status of None is a line without a request.
EXPECTED = [
    (r"\"name\":\"Ada\"}' \S*/SayHello$", 200, r'^\{"message":"Ada"\}$'),
    (r"/GreetMany$", 200, r'^(\{"message":"Ada"\}\n){3}$'),
    (r"nme", 400, r"nme: helloworld.HelloRequest has no such field"),
    (r"^printf", None, r"^$"),
    (r"x-protobuf", 200, r"\\n 003   A   d   a"),
    (r"grpc-web-text", 200, r"^[A-Za-z0-9+/]+=*[A-Za-z0-9+/]+=*$"),
    (r"/Fail$", 400, r'"grpc":\{"status":9,"name":"FAILED_PRECONDITION","message":"nope"'),
]


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return session(tmp_path_factory.mktemp("grpc"), lines=LINES)["results"]


def test_there_is_a_line_for_everything():
    assert len(LINES) == len(EXPECTED)


@pytest.mark.parametrize("number", range(len(EXPECTED)), ids=lambda n: EXPECTED[n][0])
def test_each_line_works(results, number):
    pattern, status, answer = EXPECTED[number]
    result = results[number]
    assert re.search(pattern, result["line"]) and result["exit"] == 0, result
    if status is not None:
        assert f"HTTP {status}\n" in result["stderr"], result
    assert re.search(answer, result["stdout"]), result


def test_the_table_is_that_of_the_gateway(auto):
    statuses = {problem["code"]: problem["status"] for problem in json.loads(auto.get("/v1/problems").body)}
    told = {name: int(status) for name, status in re.findall(r"`([A-Z_]+)` \| (\d+)", TEXT)}
    assert len(told) == 16
    assert {f"grpc-{name.lower().replace('_', '-')}": status for name, status in told.items()} == {
        code: status for code, status in statuses.items() if code.startswith("grpc-")}
