"""Commands without their imports: a process that has imported PyTorch, transformers and vLLM, or
LiteLLM, forks for each.

Run as `python warm.py engines`, `api` or `stubs`: reads a JSON object a line and answers each
with one. `{"start": ARGUMENTS, "script": TEXT, "cwd": FOLDER, "out": PATH, "environment": {...}}`
forks, runs the script, then `tactometer` with these arguments if there are any; what it says goes
to PATH.out and PATH.err. `{"wait": PID}` gives its return code, null while it runs. No engine is
ever loaded here and nothing is asked, so a fork has the modules and nothing of another run.
"""

import gc
import json
import os
import sys
import traceback
from typing import Any


def stubs() -> None:
    """What the servers of tests import."""
    import batchstub  # noqa: F401
    import dialects  # noqa: F401
    import mutants  # noqa: F401
    import proxy  # noqa: F401


def api() -> None:
    """What an ask job of the provider `api` would import for itself."""
    import aiohttp  # noqa: F401

    import tactometer.cli.parser
    import tactometer.elicitation.ask
    import tactometer.providers.api.provider  # noqa: F401
    from tactometer.providers.api import parameters

    parameters.litellm()


def engines() -> None:
    """What every command would import for itself, without starting a thread."""
    import polars  # noqa: F401
    import transformers.models.llama.modeling_llama
    import transformers.models.qwen2.modeling_qwen2  # noqa: F401
    import vllm.entrypoints.llm
    import vllm.model_executor.models.llama
    import vllm.model_executor.models.qwen2
    import vllm.v1.engine.llm_engine
    import vllm.v1.worker.cpu_worker  # noqa: F401


def start(asked: dict[str, Any], answers: int) -> int:
    """Fork; gives the child's process id."""
    child = os.fork()
    if child:
        return child
    os.close(answers)
    for number, end in ((1, "out"), (2, "err")):
        os.dup2(os.open(f"{asked['out']}.{end}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(asked["cwd"])
    if asked.get("environment"):
        os.environ.clear()
        os.environ.update(asked["environment"])
    os._exit(command(asked))


def command(asked: dict[str, Any]) -> int:
    """Run a command to its end; gives its return code."""
    try:
        exec(compile(asked["script"], "script", "exec"), {"__name__": "__main__"})
        if asked["start"]:
            from tactometer.cli.parser import main

            main(asked["start"])
    except SystemExit as ended:
        return int(ended.code or 0)
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


def serve(imports: str) -> None:
    {"api": api, "engines": engines, "stubs": stubs}[imports]()
    gc.freeze()  # a fork's collections leave what is imported, and its pages, alone
    answers = os.dup(1)
    os.dup2(2, 1)  # nobody else prints where the answers go
    for line in sys.stdin:
        asked = json.loads(line)
        if "wait" in asked:
            ended, status = os.waitpid(asked["wait"], os.WNOHANG)
            told = os.waitstatus_to_exitcode(status) if ended else None
        else:
            told = start(asked, answers)
        os.write(answers, (json.dumps(told) + "\n").encode())


if __name__ == "__main__":
    serve(sys.argv[1])
