"""How a call reaches an API: by LiteLLM, or by a plain POST to a server of one's own.

Both give the JSON of a chat completion as OpenAI's protocol has it. LiteLLM translates to every
provider at 3 to 6 ms of CPU a call, which bounds one job near 200 calls a second: 12,000 a minute,
more than accounts allow. A server of one's own may be faster; it speaks the protocol and needs no
translation, and a plain POST costs a tenth of that.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from tactometer.providers.api.call_errors import Malformed, within_reply

Messages = Sequence[Mapping[str, str]]
Reply = Mapping[str, Any]
Headers = Mapping[str, str]


class Transport(Protocol):
    """Sends one chat; the reply is a chat completion. Raises what `call_errors.of` tells apart."""

    async def send(
        self, messages: Messages, wanted: Mapping[str, Any], timeout: float
    ) -> Reply: ...

    async def close(self) -> None: ...


class Refused(Exception):
    """An HTTP status that is no success, with what the server said."""

    def __init__(self, status: int, headers: Mapping[str, str], said: str) -> None:
        super().__init__(said)
        self.status_code, self.headers = status, headers


def plain_body(messages: Messages, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """A chat as OpenAI's protocol has it, with parameters as LiteLLM translated them."""
    own = {k: v for k, v in wanted.items() if k != "extra_body"}
    return {"messages": messages, **own, **wanted.get("extra_body", {})}


class LiteLLM:
    """Any provider that LiteLLM knows."""

    def __init__(
        self, api: Any, source: str, base: str | None, key: str | None, headers: Headers
    ) -> None:
        self._api, self._source, self._base, self._key = api, source, base, key
        self._more = {"extra_headers": dict(headers)} if headers else {}

    async def send(self, messages: Messages, wanted: Mapping[str, Any], timeout: float) -> Reply:
        """Call by LiteLLM, without its retries: ours count every call."""
        try:
            response = await self._api.acompletion(
                model=self._source,
                messages=[dict(m) for m in messages],
                api_base=self._base,
                api_key=self._key,
                timeout=timeout,
                max_retries=0,
                **self._more,
                **wanted,
            )
        except Exception as error:
            told = within_reply(error)
            if told is None:
                raise
            return {"error": told}
        reply: Reply = response.model_dump()
        return reply

    async def close(self) -> None:
        """LiteLLM keeps its own connections."""


class Plain:
    """A server that speaks OpenAI's protocol at `base`."""

    def __init__(self, base: str, model: str, key: str, headers: Headers) -> None:
        import aiohttp

        self._http = aiohttp
        self._url = base.rstrip("/") + "/chat/completions"
        self._model = model
        taken = {name.lower() for name in headers}
        usual = {} if "authorization" in taken else {"Authorization": f"Bearer {key}"}
        self._headers = {**usual, **headers}
        self._session: Any = None

    async def send(self, messages: Messages, wanted: Mapping[str, Any], timeout: float) -> Reply:
        """Post the chat with the parameters as LiteLLM translated them."""
        if self._session is None:
            connector = self._http.TCPConnector(limit=0)  # the crew's size is the limit
            self._session = self._http.ClientSession(connector=connector, headers=self._headers)
        body = {"model": self._model, **plain_body(messages, wanted)}
        limit = self._http.ClientTimeout(total=timeout)
        async with self._session.post(self._url, json=body, timeout=limit) as response:
            if response.status >= 300:
                text = await response.text(errors="replace")
                raise Refused(response.status, dict(response.headers), text)
            try:
                reply: Reply = await response.json(content_type=None)
            except ValueError:
                raise Malformed("the reply is no whole JSON") from None
        return reply

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
