"""A recipe lists what its stage is made of: all of it, and nothing else."""

from pathlib import Path

from tactometer.recipes import recipes


def test_a_report_is_made_of_its_templates_too() -> None:
    found = set(recipes.sources("report"))
    assert {"report/__init__.py", "report/told.py", "figures/tables.py"} <= found
    assert any(name.startswith("report/templates/") for name in found)


def test_every_module_of_the_figures_counts() -> None:
    modules = {f"figures/{p.name}" for p in (recipes.PACKAGE / "figures").glob("*.py")}
    of_no_study = {"figures/calibration.py", "figures/design.py"}  # two commands draw them
    assert modules - of_no_study <= set(recipes.sources("figures"))


def test_a_simulated_speaker_is_not_made_of_real_providers() -> None:
    found = set(recipes.sources("providers/simulated"))
    assert {"providers/simulated.py", "rsa.py"} <= found
    assert "providers/api.py" not in found


def test_imports_are_followed_however_they_are_written(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        "from tactometer import (\n    b,\n    c as d,\n)\n\n"
        "def late() -> None:\n    import tactometer.e\n    from tactometer.f import g\n"
    )
    for name in "bcefx":
        (tmp_path / f"{name}.py").write_text("")
    found = set(recipes.sources("a", tmp_path))
    assert found == {"a.py", "b.py", "c.py", "e.py", "f.py"}


def test_every_stan_file_counts() -> None:
    found = set(recipes.stan_sources())
    for path in recipes.STAN.rglob("*"):
        if path.is_file():
            assert str(path.relative_to(recipes.STAN)) in found, path
