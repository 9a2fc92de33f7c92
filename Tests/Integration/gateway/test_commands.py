"""`daprgw check`, `routes`, `version`, completions, and configuration from the environment."""

import re
import shutil
import subprocess

import pytest

from blackbox.processes import (
    BINARY, Gateway, Process, REPOSITORY, Sidecar, environment, free_port, run)
from blackbox.rawhttp import exchange

MISTAKES = """\
listen: ["127.0.0.1:8080"]
lisen: nothing
admin:
  listen: 127.0.0.1:8081
sidecar:
  tokenfile: /run/token
  protocol: smtp
limits:
  body: 4 elephants
  timeout: soon
  connections: many
shards: -1
"""


def test_check_lists_all_mistakes_with_their_lines(tmp_path):
    file = tmp_path / "daprgw.yaml"
    file.write_text(MISTAKES)
    done = run("check", "--config", file)
    assert done.returncode == 78, done
    told = done.stdout + done.stderr
    for number, word in [(2, "lisen"), (6, "tokenfile"), (7, "smtp"), (9, "elephants"),
                         (10, "soon"), (11, "many"), (12, "shards")]:
        assert re.search(rf"[:\s]{number}\b[^\n]*{word}", told), (number, word, told)
    assert "listen" in told and "tokenFile" in told, "the nearest key is named"


def test_serve_refuses_the_same_file(tmp_path):
    file = tmp_path / "daprgw.yaml"
    file.write_text(MISTAKES)
    done = run("serve", "--config", file)
    assert done.returncode == 78
    assert "lisen" in done.stderr and "elephants" in done.stderr


@pytest.mark.parametrize("text", [
    "listen: [", "\tlisten: x", "- a\n- b\n", "text", "a: 1\na: 2\n", "listen: 1\nlisten: 2\n",
    "limits: 5\n", "listen: {a: b}\n", "\x00", "listen: ['127.0.0.1:99999']\n",
    "listen: ['nowhere']\n", "sidecar: {grpc: 'x y'}\n"])
def test_other_bad_files(tmp_path, text):
    file = tmp_path / "daprgw.yaml"
    file.write_text(text)
    done = run("check", "--config", file)
    assert done.returncode == 78, (text, done)
    assert len((done.stdout + done.stderr).strip()) > 10


def test_a_file_that_is_not_there(tmp_path):
    for command in ("check", "serve"):
        done = run(command, "--config", tmp_path / "none.yaml")
        assert done.returncode in (66, 78)
        assert "none.yaml" in done.stderr + done.stdout


def test_an_empty_file_is_fine(tmp_path):
    file = tmp_path / "daprgw.yaml"
    file.write_text("")
    assert run("check", "--config", file).returncode == 0


def test_the_example_passes():
    done = run("check", "--config", REPOSITORY / "config/daprgw.yaml")
    assert (done.returncode, done.stderr) == (0, "")


def test_print_shows_what_holds(tmp_path):
    file = tmp_path / "daprgw.yaml"
    file.write_text("limits: {body: 1MiB}\nlog: {level: debug}\n")
    done = run("check", "--config", file, "--print")
    assert done.returncode == 0
    assert re.search(r"body: *\"?1 ?MiB", done.stdout) and "debug" in done.stdout
    assert "127.0.0.1:8080" in done.stdout, "the defaults as well"


def test_what_is_printed_is_a_configuration(tmp_path):
    printed = run("check", "--config", REPOSITORY / "config/daprgw.yaml", "--print")
    assert printed.returncode == 0
    file = tmp_path / "printed.yaml"
    file.write_text(printed.stdout)
    again = run("check", "--config", file, "--print")
    assert (again.returncode, again.stdout) == (0, printed.stdout)


def test_a_token_is_not_printed(tmp_path):
    done = run("check", "--print", env=environment(DAPR_API_TOKEN="very-secret"))
    assert "very-secret" not in done.stdout + done.stderr


def test_routes():
    done = run("routes")
    assert done.returncode == 0
    for text in ("/v1/state/{store}/{key", "/v1/state/{store}", "/v1/publish/{pubsub}/{topic",
                 "/v1/invoke/{app}/{path", "/v1/secrets/{store}/{name", "/v1/metadata",
                 "/v1/problems", "/healthz"):
        assert text in done.stdout, text
    assert "GET" in done.stdout and "PATCH" in done.stdout


def test_version():
    done = run("version")
    assert done.returncode == 0
    assert re.search(r"\d+\.\d+", done.stdout)


@pytest.mark.parametrize("arguments", [
    ["--nonsense"], ["serve", "--nonsense"], ["nonsense"], ["check", "--config"], ["routes", "extra"],
    ["sidecar", "--http-port", "many"], ["sidecar", "--latency", "soon"]])
def test_wrong_usage_is_64(arguments):
    done = run(*arguments)
    assert done.returncode == 64, done
    assert done.stderr and done.stdout == ""


@pytest.mark.parametrize("arguments", [["--help"], ["serve", "--help"], ["sidecar", "--help"], ["help"]])
def test_help(arguments):
    done = run(*arguments)
    assert done.returncode == 0 and "USAGE" in done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completions(shell):
    done = run("--generate-completion-script", shell)
    assert done.returncode == 0 and "serve" in done.stdout
    if path := shutil.which(shell):
        checked = subprocess.run([path, "-n"], input=done.stdout, text=True, capture_output=True)
        assert (checked.returncode, checked.stderr) == (0, "")


def test_without_a_file_the_environment_names_the_sidecar(sidecar, start, tmp_path):
    """It listens on its default ports then, so it gets a network of its own."""
    port, admin = free_port(), free_port()
    file = tmp_path / "only-listen.yaml"
    file.write_text(f"listen: ['127.0.0.1:{port}']\nadmin: {{listen: '127.0.0.1:{admin}'}}\n")
    gateway = start(Process, "serve", "--config", file, env=environment(
        DAPR_HTTP_PORT=sidecar.http, DAPR_GRPC_PORT=sidecar.grpc))
    gateway.wait_for(lambda: exchange(admin, "GET", "/readyz").status == 200, what="/readyz")
    assert exchange(port, "GET", "/v1/metadata").json["id"] == "pyapp"


def test_endpoints_win_over_ports(sidecar, start, tmp_path):
    port, admin = free_port(), free_port()
    file = tmp_path / "only-listen.yaml"
    file.write_text(f"listen: ['127.0.0.1:{port}']\nadmin: {{listen: '127.0.0.1:{admin}'}}\n")
    gateway = start(Process, "serve", "--config", file, env=environment(
        DAPR_HTTP_PORT=1, DAPR_GRPC_PORT=1,
        DAPR_HTTP_ENDPOINT=f"http://127.0.0.1:{sidecar.http}",
        DAPR_GRPC_ENDPOINT=f"127.0.0.1:{sidecar.grpc}"))
    gateway.wait_for(lambda: exchange(admin, "GET", "/readyz").status == 200, what="/readyz")
    assert exchange(port, "GET", "/v1/metadata").status == 200


@pytest.mark.parametrize("protocol", ["grpc", "http", "auto"])
def test_the_token_of_the_environment(start, tmp_path, protocol):
    sidecar = start(Sidecar, "--api-token", "s3cr3t")
    right = start(Gateway, sidecar, protocol, env=environment(DAPR_API_TOKEN="s3cr3t"))
    assert right.get("/v1/state/-/a").status == 404
    wrong = start(Gateway, sidecar, protocol, env=environment(DAPR_API_TOKEN="other"),
                  await_ready=False)
    response = wrong.get("/v1/state/-/a")
    assert response.status == 502, response.body
    assert response.json["type"].endswith("sidecar-refused-token")
    assert "s3cr3t" not in response.text and "other" not in response.json["detail"].split()


def test_a_port_that_is_taken(sidecar, auto, tmp_path):
    file = tmp_path / "taken.yaml"
    file.write_text(f"listen: ['127.0.0.1:{sidecar.http}']\nadmin: {{listen: '127.0.0.1:{free_port()}'}}\n")
    done = run("serve", "--config", file)
    assert done.returncode not in (0, 64, 78)
    assert str(sidecar.http) in done.stderr, "it says which"
