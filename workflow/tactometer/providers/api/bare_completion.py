"""LiteLLM's chat completion without what it wraps round every call.

LiteLLM builds a request and reads its reply in one function, and wraps it in another that keeps
logs, looks into caches, works out costs and calls again after errors: more than half of what a call
takes, and none of it wanted here. The inner function gets the same arguments; a LiteLLM that has
none of that name is called whole.
"""

import inspect
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import uuid4


def completion_of(api: Any) -> Callable[..., Awaitable[Any]]:
    """The function that calls: takes what `litellm.acompletion` does, and gives the same."""
    outer = api.acompletion
    inner = inspect.unwrap(outer)
    try:
        from litellm.litellm_core_utils.litellm_logging import Logging
    except ImportError:
        return outer  # type: ignore[no-any-return]
    if inner is outer or not inspect.iscoroutinefunction(inner):
        return outer  # type: ignore[no-any-return]

    async def complete(**given: Any) -> Any:
        call = str(uuid4())
        record = Logging(
            model=given["model"],
            messages=given["messages"],
            stream=False,
            call_type="acompletion",
            litellm_call_id=call,
            start_time=datetime.now(),
            function_id="",
        )
        return await inner(litellm_logging_obj=record, litellm_call_id=call, **given)

    return complete
