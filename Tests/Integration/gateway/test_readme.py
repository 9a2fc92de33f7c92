"""The README's lines, run as they stand there, before `daprgw dev` on its default ports."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from blackbox import readme_session
from blackbox.processes import BINARY, REPOSITORY, environment


def shell_lines(markdown):
    """The lines of the README's sh blocks for the second shell: curl, and what feeds it."""
    lines = []
    for block in re.findall(r"^```sh\n(.*?)^```", markdown, re.DOTALL | re.MULTILINE):
        lines += [l for l in block.splitlines() if l.startswith(("curl ", "echo "))]
    return lines


def session(folder, **given):
    unshare = ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-rn"]
    done = subprocess.run(
        [*unshare, sys.executable, readme_session.__file__, BINARY, str(folder)],
        input=json.dumps(given), capture_output=True, text=True, timeout=120, env=environment())
    assert done.returncode == 0, done
    return json.loads(done.stdout)


LINES = shell_lines((REPOSITORY / "README.md").read_text())

#: Status codes that are not 200, and what the answer has to contain.
EXPECTED = [
    (r"-H 'If-None-Match: \*' -T", 412, "precondition-failed"),
    (r"-T order.json", 204, ""),
    (r"state/-/orders/17$", 200, '{"id":17}'),
    (r"key=orders/17&key=orders/18", 200, '"orders/18":null'),
    (r"-X PATCH", 204, ""),
    (r"/v1/publish/", 204, ""),
    (r"/v1/secrets/-/db-password", 200, None),
    (r"/v1/invoke/echo/greet\?lang=en", 200, "hello"),
    (r"/v1/metadata", 200, '"statestore"'),
    (r"state/-/nothing", 404, "not-found"),
    (r"/v1/problems", 200, "precondition-failed"),
    (r"localhost:8080/$", 200, "curl"),
]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return session(tmp_path_factory.mktemp("readme"), lines=LINES)


def test_the_readme_has_lines_for_everything():
    assert len(LINES) >= 12
    for pattern, _, _ in EXPECTED:
        assert any(re.search(pattern, line) for line in LINES), pattern


@pytest.mark.parametrize("number", range(len(LINES)), ids=lambda n: LINES[n][:60])
def test_each_line_works(run, number):
    result = run["results"][number]
    assert result["line"] == LINES[number]
    assert result["exit"] == 0, result
    if not result["line"].startswith("curl"):
        return
    status, text = next(
        ((s, t) for p, s, t in EXPECTED if re.search(p, result["line"])), (None, None))
    assert status is not None, f"say in EXPECTED what this line does: {result['line']}"
    assert f"HTTP {status}\n" in result["stderr"], result
    if text:
        assert text in result["stdout"].replace('": ', '":'), result
    elif text is None:
        assert result["stdout"].strip()


def test_dev_proposes_lines_that_work(run):
    assert len(run["proposed"]) >= 5, run["stdout"]
    for result in run["proposed"]:
        assert result["exit"] == 0, result
        assert not re.search(r"HTTP (000|4(?!12|04)\d\d|5\d\d)\n", result["stderr"]), result


def test_dev_ends_properly(run):
    assert run["exit"] == 0, run["stderr"]


def test_dev_takes_other_ports_for_its_sidecar_and_says_so(tmp_path):
    run = session(tmp_path, lines=["curl localhost:8080/v1/metadata"], taken=[3500, 50001])
    assert "HTTP 200" in run["results"][0]["stderr"], run
    told = run["stdout"] + run["stderr"]
    ports = {int(p) for p in re.findall(r"(?<!\d)(\d{4,5})(?!\d)", told)} - {8080, 8081, 3500, 50001}
    assert len(ports) >= 2, told


def test_the_readmes_files_exist():
    text = (REPOSITORY / "README.md").read_text()
    for path in re.findall(r"\]\(((?!http)[^)#]+)\)", text):
        assert (REPOSITORY / path).exists(), path
    assert Path(REPOSITORY / "scripts/run.sh").exists()
