"""The batch endpoints of a provider, as LiteLLM has them."""

from collections.abc import Mapping
from typing import Any

ENDPOINT = "/v1/chat/completions"
PROVIDERS = ("openai", "azure", "hosted_vllm", "mistral")  # those that LiteLLM has and we tried
WITH_HEADERS = ("openai", "hosted_vllm", "azure")  # those that get extra headers with every call
UNLISTED = ("mistral",)  # LiteLLM cannot list their batches


class Server:
    """The batch endpoints of a provider, by LiteLLM and without its retries."""

    def __init__(
        self, api: Any, source: str, base: str | None, key: str | None, headers: Mapping[str, str]
    ) -> None:
        self._api = api
        self.model, self.provider, _, _ = api.get_llm_provider(source, api_base=base)
        self.lists = self.provider not in UNLISTED
        self._common = {"custom_llm_provider": self.provider, "max_retries": 0, "timeout": 300.0}
        self._common |= {"api_base": base, "api_key": key}
        if headers:
            self._common["extra_headers"] = dict(headers)
        self._named = {} if self.lists else {"model": self.model}  # a batch is of one model there

    def upload(self, name: str, content: bytes) -> str:
        """Upload requests, a line each; gives the file's id."""
        file = (f"{name}.jsonl", content, "application/jsonl")
        return str(self._api.create_file(file=file, purpose="batch", **self._common).id)

    def create(self, file: str, tag: str) -> str:
        """Submit an uploaded file as a batch that carries a tag; gives the batch's id."""
        found = self._api.create_batch(
            completion_window="24h",
            endpoint=ENDPOINT,
            input_file_id=file,
            metadata={"tag": tag},
            **self._common,
            **self._named,
        )
        return str(found.id)

    def find(self, file: str, tag: str) -> str | None:
        """The id of the batch with a file or a tag, if the provider has one."""
        after: dict[str, Any] = {}
        while True:
            page = self._api.list_batches(limit=100, **after, **self._common)
            batches = [b if isinstance(b, dict) else b.model_dump() for b in _field(page, "data")]
            for batch in batches:
                tagged = (batch.get("metadata") or {}).get("tag") == tag
                if tagged or batch.get("input_file_id") == file:
                    return str(batch["id"])
            if not batches or not _field(page, "has_more") or self.provider == "azure":
                return None
            after = {"after": batches[-1]["id"]}

    def look(self, batch: str) -> dict[str, Any]:
        """A batch as it stands, in OpenAI's words."""
        found = self._api.retrieve_batch(batch_id=batch, **self._common, **self._named)
        return dict(found.model_dump())

    def content(self, file: str) -> bytes:
        """What stands in a file."""
        return bytes(self._api.file_content(file_id=file, **self._common).content)


def _field(page: Any, name: str) -> Any:
    found = page.get(name) if isinstance(page, Mapping) else getattr(page, name, None)
    return found or []
