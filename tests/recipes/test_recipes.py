"""A recipe names what can change its stage's result: all of that, and nothing else."""

import ast
import importlib.metadata
import json
import subprocess
import sys
from pathlib import Path

import pytest

import graph
from tactometer.recipes import code_digest, recipes
from tactometer.recipes.code_digest import reached
from tactometer.study import stages
from tactometer.study.analyses import names as analysis_names
from tactometer.utils import paths
from tactometer.utils.digests import digest
from tactometer.utils.paths import PACKAGE, ROOT

EVERY = [name for name in stages.declared() if name not in ("analyse", "ask")]
ANALYSES = frozenset(f"analyse/{name}" for name in analysis_names())
JOINT = frozenset({"fit/kind", "fit/blunt", "fit/people"})
Edit = tuple[str, str, str]

# A change of a file (what, by what; "+" appends), and the recipes that it makes another.
CHANGES: dict[str, tuple[Edit, frozenset[str]]] = {
    "a comment": (("inference/fit.py", "+", "# why\n"), frozenset()),
    "a docstring": (
        ("inference/fit.py", '"""Fit every framing', '"""Fit each framing'), frozenset(),
    ),
    "the layout of a line": (
        ("reading/counts.py", 'POOLED = "pooled"', "POOLED = (\n    'pooled'\n)"), frozenset(),
    ),
    "a type alias": (
        ("utils/arrays.py", "Array = NDArray[np.float64]", "Array = NDArray[np.floating]"),
        frozenset(),
    ),
    "an annotation of a signature": (
        ("inference/fit.py", "threads: int = 1,\n) -> None", "threads: int | str = 1,\n) -> None"),
        frozenset(),
    ),
    "an annotation in the body of a class": (
        ("inference/settings.py", "    draws: int = 1000", "    draws: float = 1000"),
        frozenset({"fit", "fit_levels", "hold_out"}),
    ),
    "a name that is not used": (("reading/counts.py", "+", "UNUSED = 1\n"), frozenset()),
    "an import for types alone": (
        ("inference/fit.py", "+", "if TYPE_CHECKING:\n    from tactometer.tables import gather\n"),
        frozenset(),
    ),
    "a parser line": (
        ("reading/choices.py", 'YES = "yes"', 'YES = str("yes")'), frozenset({"judge", "parse"}),
    ),
    "a line of the fit": (
        ("inference/predictive.py", "PREDICTIVE_DRAWS = 400", "PREDICTIVE_DRAWS = 500"),
        frozenset({"fit", "fit_levels"}),
    ),
    "a line that two fits share": (
        ("inference/settings.py", "warmup: int = 400", "warmup: int = 401"),
        frozenset({"fit", "fit_levels", "hold_out"}),
    ),
    "one speaker's Stan line": (
        ("../stan/s2.stan", "+", "real_more\n"), JOINT,
    ),
    "a Stan comment": (("../stan/s2.stan", "+", "// why\n"), frozenset()),
    "another speaker's Stan line": (("../stan/s1.stan", "+", "real_more\n"), frozenset()),
    "a line of a C++ half": (("../stan/native/s2.hpp", "+", "int more;\n"), JOINT),
    "an analysis": (
        ("analyses/position/computation.py", "def analyse(", "MORE = 1\n\n\ndef analyse("),
        frozenset(),
    ),
    "a caption": (("analyses/position/caption.rst", "+", "More.\n"), frozenset()),
    "a description of a column": (
        ("analyses/position/columns.yaml", "+", "more: what is more\n"), frozenset({"describe"}),
    ),
    "a sentence": (
        ("analyses/shifts/sentences.py", "shifts by goal or effort", "shifts"),
        frozenset({"write_report"}),
    ),
    "a figure": (
        ("analyses/shifts/figure.py", '"difference"', '"change"'), frozenset({"draw"}),
    ),
    "the page's template": (
        ("report/templates/report.html.j2", "<h2>The answer</h2>", "<h2>Found</h2>"),
        frozenset({"write_report"}),
    ),
    "the Stan program of an analysis": (
        ("analyses/mixed_effects/mixed_effects.stan", "+", "real_more\n"),
        frozenset({"analyse/mixed_effects"}),
    ),
    "a command that people type": (("cli/commands/plan.py", "OVER_BUDGET = 3", "OVER_BUDGET = 4"),
        frozenset()),
    "how a simulated speaker answers": (
        ("providers/simulated/provider.py", "BATCH = 500", "BATCH = 501"), frozenset(),
    ),
    "the version of the simulator": (
        ("providers/simulated/settings.py", "VERSION = 1", "VERSION = 2"),
        frozenset({"checkpoints/kind/0", "checkpoints/kind/1", "checkpoints/blunt/0"}),
    ),
    "how an answer's key is made": (
        ("journal/answer_keys.py", "return digest([identity, request, sample])",
         "return digest([request, identity, sample])"),
        frozenset({"ask", "gather", "judge", "parse"}),
    ),
}  # fmt: skip

WANTED = """\
import json, sys
from pathlib import Path
sys.path.insert(0, "workflow")
from tactometer.recipes import recipes
from tactometer.study import study
found = study.load([Path("config/config.yaml")])
print(json.dumps(recipes.wanted(found), sort_keys=True))
"""


def wanted(folder: Path) -> dict[str, object]:
    """What every recipe of the study in a folder should be, by its own package."""
    command = [sys.executable, "-c", WANTED]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return graph.lay_out(tmp_path_factory.mktemp("recipes") / "run")


@pytest.fixture(scope="module")
def before(folder: Path) -> dict[str, object]:
    return wanted(folder)


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_makes_exactly_these_recipes_others(
    name: str, folder: Path, before: dict[str, object]
) -> None:
    (file, old, new), stale = CHANGES[name]
    path = (folder / "workflow/tactometer" / file).resolve()
    text = path.read_text()
    assert old == "+" or text.count(old) == 1, (name, text.count(old))
    path.write_text(text + new if old == "+" else text.replace(old, new))
    try:
        after = wanted(folder)
    finally:
        path.write_text(text)
    assert {recipe for recipe in after if after[recipe] != before[recipe]} == stale


def test_a_stray_file_is_no_part_of_anything(folder: Path, before: dict[str, object]) -> None:
    package = folder / "workflow/tactometer"
    for stray in ("inference/notes.txt", "inference/backup.py", "analyses/.position.swp"):
        (package / stray).write_text("stray")
    assert wanted(folder) == before


def test_every_recipe_names_the_libraries_that_make_its_numbers(
    before: dict[str, dict[str, dict[str, str]]],
) -> None:
    """polars where tables are made, numpy where numbers are, plotnine in figures alone."""
    for stage in ("parse", "count", "gather", "tabulate", "condense", *ANALYSES):
        assert "polars" in before[stage]["versions"], stage
    assert {"numpy", "polars", "cmdstanpy"} <= before["fit"]["versions"].keys()
    assert {"numpy", "scipy"} <= before["gather"]["versions"].keys()
    assert "statsmodels" in before["analyse/mixed_effects"]["versions"]
    drawn = {name for name, held in before.items() if "plotnine" in held.get("versions", {})}
    assert drawn == {"draw"} | ({"write_report"} & drawn)
    assert before["fit"]["versions"]["polars"] == importlib.metadata.version("polars")


def test_a_fit_names_the_stan_files_that_its_programs_include(
    before: dict[str, dict[str, dict[str, str]]],
) -> None:
    named = set(before["fit/kind"]["stan"])
    assert {"s2.stan", "include/rsa.stan", "native/s2.hpp"} <= named
    assert not any("framings" in name or name.startswith("s1") for name in named)


@pytest.mark.parametrize("stage", EVERY)
def test_what_a_stage_is_made_of_is_found(stage: str) -> None:
    for name, code in stages.declared()[stage].codes():
        found = recipes._made_of(name, code)
        assert found["sources"], stage


def test_imports_are_followed_however_they_are_written(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        "from tactometer import (\n    b,\n    c as d,\n)\n\n"
        "def late() -> None:\n    from tactometer.f import g\n    g(); b.h(); d.i()\n"
        "def other() -> None:\n    from tactometer import x\n    x.y()\n"
    )
    for name, function in zip("bcfx", "higy", strict=True):
        (tmp_path / f"{name}.py").write_text(f"def {function}(): pass\ndef unused(): pass\n")
    found = reached([("a", "late")], tmp_path).files
    assert set(found) == {"a.py", "b.py", "c.py", "f.py"}
    with pytest.raises(KeyError, match="a:nothing"):
        reached([("a", "nothing")], tmp_path)


def test_what_code_reaches_is_remembered_by_its_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The memory is read, an edit is another memory, and a torn one, or none, costs time alone."""
    code, kept = tmp_path / "a.py", tmp_path / "cache/code"
    code.write_text("def f():\n    return 1\n")
    monkeypatch.setenv("TACTOMETER_CACHE", str(kept.parent))

    def found() -> object:
        code_digest._parse.cache_clear()
        return reached([("a", "f")], tmp_path)

    first = found()
    (memory,) = kept.iterdir()
    whole = memory.read_text()
    memory.write_text(whole.replace("value=1", "value=7"))
    assert found() != first, "the memory is not read"
    for torn in ("", whole[:-2], "7"):
        memory.write_text(torn)
        assert found() == first and memory.read_text() == whole
    code.write_text("def f():\n    return 2\n")
    assert found() != first and len(list(kept.iterdir())) == 2
    code.write_text("def f():\n    return 1\n")
    monkeypatch.setenv("TACTOMETER_CACHE", str(code / "no folder"))
    assert found() == first


# of tests/data/meaning.py, by Python 3.11.7, 3.12.1 and 3.13.0 alike
MEANING = "e4e0ce56f0cd82f233efce0ed52adce9"


def test_code_means_the_same_on_every_python() -> None:
    tree = ast.parse((ROOT / "tests/data/meaning.py").read_text())
    assert digest([code_digest._meaning(node) for node in tree.body]) == MEANING


def test_a_docstring_and_a_comment_mean_nothing_and_a_number_does() -> None:
    def meaning(text: str) -> str:
        return code_digest._meaning(ast.parse(text))

    plain = meaning("def f(x):\n    return x + 1\n")
    assert meaning('def f(x: int) -> int:\n    """Add."""\n    return x + 1  # one\n') == plain
    assert meaning("def f(x):\n    y: int = x\n    return y + 1\n") != plain
    assert meaning("def f(x):\n    return x + 2\n") != plain
    assert meaning("class A:\n    x: int = 1\n") != meaning("class A:\n    x: str = 1\n")


def test_paths_of_the_package_are_those_of_this_checkout() -> None:
    assert (PACKAGE / "recipes/recipes.py").samefile(recipes.__file__)
    assert (paths.STAN / "s2.stan").is_file() and (paths.ROOT / "Snakefile").is_file()
