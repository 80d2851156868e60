"""The house: packages in layers, one step from rule to logic, nothing without its words."""

import ast
import importlib
import re
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
import yaml

from tactometer.planning import dry_run
from tactometer.study import analyses, figures, stages
from tactometer.tables import dictionary
from tactometer.utils.paths import PACKAGE, ROOT, WORKFLOW

# From the top: a package imports from those below it, and from none above or beside it.
LAYERS = (
    ("cli", "the command line"),
    ("archives", "a study in one file, and its replay"),
    ("terminal", "what a run and a dry run of Snakemake show"),
    ("planning", "what a run would do and cost"),
    ("report", "the page"),
    ("recipes", "what pins a stage"),
    ("analyses", "findings, a folder each"),
    ("figures", "how figures look, and those of no analysis"),
    ("tables", "what fits and answers hold, for readers"),
    ("inference", "from counts to posteriors"),
    ("reading", "from answers to counts"),
    ("training", "how checkpoints come about"),
    ("elicitation", "from prompts to answers"),
    ("providers", "who can be asked"),
    ("study", "what a study and a domain say"),
    ("journal", "answers on disk"),
    ("replies", "what one reply says"),
    ("speaker_model", "the mathematics of the speaker"),
    ("utils", "files, digests, errors"),
)
PLACE = {name: place for place, (name, _) in enumerate(LAYERS)}


def imports() -> list[tuple[str, str, str]]:
    """Every import within the package: file, its package, and the package imported."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        file = path.relative_to(PACKAGE)
        if len(file.parts) == 1:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tactometer."):
                found.append((str(file), file.parts[0], str(node.module).split(".")[1]))
    return found


def test_every_package_has_its_layer() -> None:
    packages = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert packages == set(PLACE)


def test_imports_run_one_way() -> None:
    found = imports()
    assert len(found) > 300
    up = [(file, to) for file, at, to in found if at != to and PLACE[to] < PLACE[at]]
    assert not up


def modules_of(tree: ast.Module) -> set[str]:
    """The modules of the package that a module imports where it is imported itself."""
    names = set()
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tactometer"):
            names |= {str(node.module)} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def test_no_module_imports_itself_in_a_circle() -> None:
    paths = {
        ".".join(("tactometer", *p.relative_to(PACKAGE).with_suffix("").parts)): p
        for p in PACKAGE.rglob("*.py")
    }
    needs = {
        name: modules_of(ast.parse(path.read_text())) & paths.keys() for name, path in paths.items()
    }
    while free := [name for name, of in needs.items() if not of]:
        for name in free:
            del needs[name]
        needs = {name: of - set(free) for name, of in needs.items()}
    assert not needs


def test_what_a_package_is_for_stands_in_its_init_and_nothing_else() -> None:
    for path in PACKAGE.glob("*/**/__init__.py"):
        tree = ast.parse(path.read_text())
        assert ast.get_docstring(tree) and len(tree.body) == 1, path


def test_a_module_name_has_one_meaning() -> None:
    """But for what each folder of a kind has: a declaration, a computation, settings, stages."""
    shared = {"__init__", "stages", "settings", "declaration", "computation", "figure", "sentences"}
    shared |= {"provider"}  # one for each way to ask
    seen: dict[str, Path] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.stem in shared or path.parent.name in ("commands", "figures"):
            continue  # a command is named after what it calls, a figure after what it shows
        assert path.stem not in seen, (path, seen.get(path.stem))
        seen[path.stem] = path


def rules() -> list[tuple[str, str, str]]:
    """Every rule that runs a stage: its file, its text, and the module that its shell names."""
    found = []
    for path in sorted((WORKFLOW / "rules").glob("*.smk")):
        text = path.read_text()
        text = text.replace("    shell:\n        FIT\n", f"    shell:\n{shell_of_fit(text)}")
        text = text.replace(
            "        shell:\n            FIT\n", f"    shell:\n{shell_of_fit(text)}"
        )
        starts = [m.start() for m in re.finditer(r"^ *rule\b", text, re.M)] + [len(text)]
        for start, end in pairwise(starts):
            rule = text[start:end]
            named = re.search(r'"(?:exec )?tactometer ([\w.]+)', rule)
            if named and named[1] != "calibrate":
                found.append((path.name, rule, named[1]))
    return found


def shell_of_fit(text: str) -> str:
    found = re.search(r"^FIT = \((.*?)^\)", text, re.M | re.S)
    return found[1] if found else ""


def test_every_stage_has_a_rule() -> None:
    assert {module for _, _, module in rules()} == {s.module for s in stages.declared().values()}


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: f"{rule[0]}-{rule[2]}")
def test_a_rule_names_the_module_of_its_logic_and_speaks_its_words(
    rule: tuple[str, str, str],
) -> None:
    _, text, module = rule
    stage = next(s for s in stages.declared().values() if s.module == module)
    assert (PACKAGE / f"{module.replace('.', '/')}.py").is_file()
    name = re.search(r'^ *rule (\w+):|name:\s*f?"(\w+?)_?(?:\{|")', text, re.M)
    assert name and (name[1] or name[2]).startswith(stage.name), (name and name[0], stage.name)
    said = set(re.findall(r"--([a-z-]+)", text))
    words = {**stage.needs, **stage.makes, **stage.beside, **stage.options}
    assert said == {word.replace("_", "-") for word in words}, module
    for word in stage.needs:
        if word != "study":
            assert re.search(rf"^\s+{word}=", text, re.M), f"input {word}"
    for word in stage.makes:
        assert re.search(rf"^\s+{word}=", text, re.M), f"output {word}"


def test_a_stage_runs_by_its_module() -> None:
    for stage in stages.declared().values():
        assert callable(importlib.import_module(f"tactometer.{stage.module}").run)


def test_every_column_of_every_analysis_is_described() -> None:
    schemas = {
        name: importlib.import_module(f"tactometer.analyses.{name}.computation").SCHEMA
        for name in analyses.names()
    }
    unknown = dictionary.describe(schemas).filter(pl.col("meaning") == dictionary.UNKNOWN)
    assert unknown.is_empty(), unknown.select("table", "column").rows()


@pytest.mark.parametrize("name", analyses.names())
def test_an_analysis_describes_no_column_that_it_lacks(name: str) -> None:
    folder = PACKAGE / "analyses" / name
    own = yaml.safe_load((folder / "columns.yaml").read_text())
    schema = importlib.import_module(f"tactometer.analyses.{name}.computation").SCHEMA
    assert own.pop("about") and own.pop("key")
    fields = {k for what in ("units", "ranges", "nulls") for k in own.pop(what, {})}
    assert set(own) | fields <= set(schema)
    text = (folder / "caption.rst").read_text()
    assert "**Reading.**" in text and "**Estimator.**" in text


@pytest.mark.parametrize("name", figures.names())
def test_every_figure_has_its_words(name: str) -> None:
    module = importlib.import_module(f"tactometer.{figures.modules()[name]}")
    assert module.TEXT.title and module.TEXT.alt and callable(module.plot)
    assert figures.caption(name).is_file()


def test_no_file_is_too_long_to_read() -> None:
    long = {p: n for p in PACKAGE.rglob("*.py") if (n := len(p.read_text().splitlines())) > 410}
    assert not long


def test_documents_name_files_that_are_there() -> None:
    """Files of the repository that README, docs and their siblings name in backquotes."""
    pages = (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *WORKFLOW.rglob("*.md"))
    for page in pages:
        for name in re.findall(
            r"`((?:workflow|config|docs|benchmarks|tests)/[\w./-]+)`", page.read_text()
        ):
            placeholder = "{" in name or "NAME" in name or name == "config/studies/mine.yaml"
            if not placeholder:
                assert (ROOT / name).exists(), (page.name, name)


def test_a_plan_counts_each_job_under_its_own_stage() -> None:
    """Also where one stage's name begins another's, and for rules of one model."""
    for rule, stage in (
        ("count", "count"),
        ("count_semantics", "count_semantics"),
        ("count_recorded_people", "count_recorded"),
        ("compare_speakers", "compare_speakers"),
        ("ask_checkpoint", "ask"),
        ("fit_people", "fit"),
        ("analyse_shifts", "analyse"),
        ("recipe", "recipe"),
    ):
        assert dry_run.stage_of(rule) == stage
