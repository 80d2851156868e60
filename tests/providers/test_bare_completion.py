"""A call by LiteLLM's inner function is the call that LiteLLM itself makes."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

import dialects
import stub
from dialects import CASES, RETRY, SOURCES, Case, base_of
from tactometer.providers.api import bare_completion, parameters
from tactometer.providers.api.call_errors import of

CHAT = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "(A) yes\n(B) no"}]
WIRE = {"temperature": 0.7, "max_tokens": 16, "top_p": 0.9}
DRAWN = ("id", "created")  # anew for each call, where a dialect has none
TRANSIENT = {case.dialect: case for case in CASES if case.do == RETRY and case.status >= 400}


async def three(call: Any, source: str, base: str) -> list[Any]:
    """An answer, an error, and an answer."""
    found: list[Any] = []
    for _ in range(3):
        try:
            reply = await call(
                model=source,
                messages=[dict(message) for message in CHAT],
                api_base=base,
                api_key="none",
                timeout=5.0,
                max_retries=0,
                **WIRE,
            )
        except Exception as error:
            found.append((type(error), of(error, str)))
        else:
            found.append({k: v for k, v in reply.model_dump().items() if k not in DRAWN})
    return found


@pytest.mark.parametrize("case", TRANSIENT.values(), ids=TRANSIENT)
def test_the_wire_the_replies_and_the_errors_are_those_of_litellm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: Case
) -> None:
    monkeypatch.setenv("AZURE_API_VERSION", "2024-10-21")
    api = parameters.litellm()
    found = {}
    for name, call in (("whole", api.acompletion), ("bare", bare_completion.completion_of(api))):
        log, more = tmp_path / name, ["--dialect", case.dialect, "--case", case.name, "--bodies"]
        with stub.running(log, *more, script=dialects.__file__) as base:
            told = asyncio.run(three(call, SOURCES[case.dialect], base_of(case, base)))
        port = base.split(":")[2].split("/")[0]
        wire = [(each["head"].replace(port, "PORT"), each["body"]) for each in stub.calls(log)]
        found[name] = (told, wire)
    assert bare_completion.completion_of(api) is not api.acompletion
    assert len(found["whole"][1]) == 3 and isinstance(found["whole"][0][1], tuple)
    assert found["bare"] == found["whole"]
