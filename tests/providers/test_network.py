"""The ways to a server: proxies, redirections, authorities of one's own, IPv6, on both paths."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import authority
import proxy
import stub
from asking import inside, job, model, texts
from tactometer.providers.api import connections, parameters

KINDS = ["openai", "together_ai", "anthropic"]  # the plain path, and LiteLLM's two clients
CALLS = 9  # three requests of each of three prompt sets
PASSWORD = "hunter2secret"
NAMES = ("http_proxy", "https_proxy", "no_proxy", "all_proxy")


@pytest.fixture(autouse=True)
def no_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy and no authority but those of the test."""
    for name in (*NAMES, *map(str.upper, NAMES), "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return authority.make(tmp_path_factory.mktemp("authority"))


@contextmanager
def tunnel(log: Path, base: str) -> Iterator[str]:
    """A proxy that leads to a server; gives its host and port."""
    port = base.rpartition(":")[2].removesuffix("/v1")
    with stub.running(log, "--to", port, script=proxy.__file__) as address:
        yield address.removeprefix("http://").removesuffix("/v1")


def asked(folder: Path, base: str, kind: str, **more: object) -> tuple[int, str]:
    """Ask nine requests of a model of this kind; gives how many answers came and what was said."""
    who = model(base, f"{kind}/m", **more)
    who["limits"] = {"attempts": 2, "timeout": 30}
    task = job(folder, who, rows=3)
    done = inside(task)
    said = done.stdout + done.stderr
    assert "Traceback" not in said, said
    assert PASSWORD not in texts(folder) + said
    return len(task.lines()), said


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
def test_a_server_whose_authority_is_named_is_believed(
    tmp_path: Path, ca: Path, monkeypatch: pytest.MonkeyPatch, kind: str, variable: str
) -> None:
    monkeypatch.setenv(variable, str(ca))
    with stub.running(tmp_path / "log", "--tls", str(ca.parent)) as base:
        count, said = asked(tmp_path / "run", base, kind)
    assert count == CALLS, said


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_whose_authority_nobody_knows_ends_the_job_in_a_sentence(
    tmp_path: Path, ca: Path, kind: str
) -> None:
    with stub.running(tmp_path / "log", "--tls", str(ca.parent)) as base:
        count, said = asked(tmp_path / "run", base, kind)
    assert count == 0 and "SSL_CERT_FILE" in said, said
    assert said.count("certificate") and "attempts failed" not in said, said


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
def test_a_bundle_that_is_not_there_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, str(tmp_path / "gone.pem"))
    with stub.running(tmp_path / "log") as base:
        count, said = asked(tmp_path / "run", base, "openai")
    assert count == 0 and f"{variable}" in said and "gone.pem" in said, said


@pytest.mark.parametrize("kind", KINDS)
def test_an_address_of_ipv6_is_asked(tmp_path: Path, kind: str) -> None:
    with stub.running(tmp_path / "log", "--host", "::1") as base:
        assert base.startswith("http://[::1]:")
        count, said = asked(tmp_path / "run", base, kind)
    assert count == CALLS, said


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("status", [302, 307])
def test_a_redirection_is_told_and_the_key_goes_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, status: int
) -> None:
    monkeypatch.setenv("MINE", "another-key-0815")
    elsewhere = tmp_path / "elsewhere.log"
    with stub.running(elsewhere, "--bodies") as other:
        place = f"{other}/chat/completions?token={PASSWORD}"
        with stub.running(tmp_path / "log", "--moved", f"{status} {place}") as base:
            monkeypatch.setenv("TOKEN_OF_PLACE", PASSWORD)
            count, said = asked(tmp_path / "run", base, kind, extra_headers={"X-Mine": "MINE"})
    assert count == 0 and stub.calls(elsewhere) == []
    assert len(stub.calls(tmp_path / "log")) == 1, "a redirection is no error that passes"
    assert "api_base" in said and other.removesuffix("/v1") in said, said


def test_a_redirected_batch_is_told_and_goes_nowhere_else(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.log"
    with (
        stub.running(elsewhere) as other,
        stub.running(tmp_path / "log", "--moved", f"307 {other}/files") as base,
    ):
        count, said = asked(tmp_path / "run", base, "openai", batch=True)
    assert count == 0 and stub.calls(elsewhere) == []
    assert "api_base" in said and other.removesuffix("/v1") in said, said


@pytest.mark.parametrize("kind", KINDS)
def test_a_proxy_with_a_password_tunnels_to_a_server_behind_tls(
    tmp_path: Path, ca: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(ca))
    log = tmp_path / "proxy.log"
    with (
        stub.running(tmp_path / "log", "--tls", str(ca.parent)) as base,
        tunnel(log, base) as way,
    ):
        for name in ("https_proxy", "HTTPS_PROXY"):
            monkeypatch.setenv(name, f"http://me:{PASSWORD}@{way}")
        count, said = asked(tmp_path / "run", "https://behind.invalid/v1", kind)
    assert count == CALLS, said
    ways = set(log.read_text().splitlines())
    assert ways == {f"CONNECT behind.invalid:443 me:{PASSWORD}"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_no_proxy_leads_past_the_proxy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, host: str
) -> None:
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, f"http://me:{PASSWORD}@127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, f"{host},[{host}]")
    with stub.running(tmp_path / "log", "--host", host) as base:
        count, said = asked(tmp_path / "run", base, kind)
    assert count == CALLS, said


@pytest.mark.parametrize("kind", KINDS)
def test_a_proxy_that_is_not_there_is_told_without_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, f"http://me:{PASSWORD}@127.0.0.1:9")
    count, said = asked(tmp_path / "run", "http://behind.invalid/v1", kind)
    assert count == 0 and "2 attempts failed" in said, said


@pytest.mark.parametrize("kind", KINDS[1:])
def test_litellms_requests_go_out_over_our_own_connections(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Its own client takes as much of the processor as the rest of a call."""

    def never(*given: object) -> None:
        raise AssertionError("a request went by LiteLLM's own client")

    parameters.litellm()
    for transport in connections.asynchronous():
        monkeypatch.setattr(transport, "handle_async_request", never)
    with stub.running(tmp_path / "log") as base:
        count, said = asked(tmp_path / "run", base, kind)
    assert count == CALLS, said
