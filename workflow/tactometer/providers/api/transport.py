"""How a call reaches an API: by LiteLLM, or by a plain POST to a server of one's own.

Both give the JSON of a chat completion as OpenAI's protocol has it. LiteLLM translates to every
provider, which takes several times as much of the processor as the rest of a call; what it wraps
round that is left out (`bare_completion`), and so is the making of requests that are alike
(`copied_requests`). A server of one's own needs no translation at all, and gets a plain POST.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from tactometer.providers.api import bare_completion, connections, overheard, pooled_posts
from tactometer.providers.api.call_errors import Refused, Unreadable, parsed, within_reply
from tactometer.providers.api.copied_requests import Form, plain

Messages = Sequence[Mapping[str, str]]
Reply = Any  # a chat completion, or whatever JSON a server gave instead
Headers = Mapping[str, str]


class Transport(Protocol):
    """Sends one chat; the reply is a chat completion, or what came in its place.

    Raises what `call_errors.of` tells apart, and Unreadable for a whole reply that is no JSON.
    """

    async def send(
        self, messages: Messages, wanted: Mapping[str, Any], timeout: float
    ) -> Reply: ...

    async def close(self) -> None: ...


def plain_body(messages: Messages, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """A chat as OpenAI's protocol has it, with parameters as LiteLLM translated them."""
    own = {k: v for k, v in wanted.items() if k != "extra_body"}
    return {"messages": messages, **own, **wanted.get("extra_body", {})}


class LiteLLM:
    """Any provider that LiteLLM knows.

    Requests are copied from LiteLLM's where that is proved to be the same (`copied_requests`).
    """

    def __init__(
        self, api: Any, source: str, base: str | None, key: str | None, headers: Headers
    ) -> None:
        pooled_posts.take_over()
        self._complete = bare_completion.completion_of(api)
        self._source, self._base, self._key = source, base, key
        self._more = {"extra_headers": dict(headers)} if headers else {}
        self._forms: dict[tuple[Any, ...], Form] = {}

    async def send(self, messages: Messages, wanted: Mapping[str, Any], timeout: float) -> Reply:
        """Call by a copy of LiteLLM's request, or by LiteLLM; without retries: ours count every
        call.
        """
        roles = tuple(message["role"] for message in messages)
        form = self._forms.setdefault((id(wanted), *roles), Form())
        copy = form.copy(messages)
        if copy is not None:
            status, headers, body = await pooled_posts.send(
                copy.url, copy.body, copy.headers, timeout
            )
            if status < 300:
                if plain(reply := parsed(body)):
                    return reply
                heard = overheard.answer(status, headers, body)
                return await self._call(heard, messages, wanted, timeout)
            if status != 401:  # of a key whose time is up; LiteLLM may have another
                raise Refused(status, headers, body.decode("utf-8", "replace"))
            form.give_up()
        heard = overheard.listen()
        reply = await self._call(heard, messages, wanted, timeout)
        form.see(messages, heard.sent, heard.body, reply)
        return reply

    async def _call(
        self,
        heard: overheard.Heard,
        messages: Messages,
        wanted: Mapping[str, Any],
        timeout: float,
    ) -> Reply:
        """Let LiteLLM make the whole call, without its retries."""
        try:
            response = await self._complete(
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
            return _instead(error, heard)
        return response.model_dump()

    async def close(self) -> None:
        """Close ours; LiteLLM keeps its own."""
        await pooled_posts.close()


def _instead(error: Exception, heard: overheard.Heard) -> Reply:
    """What a server said where LiteLLM raised an error; raises what is none of a reply.

    A reply whose status is a success is whole: what LiteLLM cannot translate is an odd answer, an
    error that says so, or one that needed no translation.
    """
    told = within_reply(error)
    if heard.status is None or isinstance(error, TimeoutError):
        if told is None:
            raise error
        return {"error": told}
    if heard.status >= 300:
        body = heard.body.decode("utf-8", "replace")
        raise Refused(heard.status, heard.headers, body or str(error)) from None
    reply = parsed(heard.body)
    if isinstance(reply, list) and len(reply) == 1:  # Gemini's errors come in a list
        reply = reply[0]
    said = isinstance(reply, Mapping) and reply.get("error")
    return reply if said or plain(reply) else _kept(heard.body)


def _kept(body: bytes) -> Reply:
    raise Unreadable(body.decode("utf-8", "replace"))


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
            self._session = connections.session(self._headers)
        body = {"model": self._model, **plain_body(messages, wanted)}
        limit = self._http.ClientTimeout(total=timeout)
        async with self._session.post(
            self._url, json=body, timeout=limit, allow_redirects=False
        ) as response:
            content = await response.read()
            if response.status >= 300:
                text = content.decode("utf-8", "replace")
                raise Refused(response.status, dict(response.headers), text)
        return parsed(content)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
