"""A study in one file: whole, of no machine, and made anew from its answers by anybody."""

import json
import shutil
import zipfile
from pathlib import Path

import polars as pl
import pytest
import yaml

from graph import tactometer
from tactometer.archives import contents, packing, replaying
from tactometer.recipes import acceptance
from tactometer.study import study
from tactometer.utils.errors import UserError

SMALL = {"model": ["m", "m"], "parameter": ["phi", "alpha"], "mean": [0.5, 3.0], "sd": [0.1, 1.0],
         "ess_bulk": [400.0, 400.0], "seconds": [1.0, 1.0]}  # fmt: skip


def pack(run: Path, monkeypatch: pytest.MonkeyPatch, **how: bool) -> Path:
    """The archive of a finished study, packed where it was run."""
    monkeypatch.chdir(run)
    sweep = study.load([Path("config/config.yaml")])
    out = run.parent / "small.zip"
    packing.pack(sweep, Path("results/small"), out, **how)
    return out


def crate(file: Path) -> dict[str, dict[str, str]]:
    """The entities of the archive's metadata by their names."""
    with zipfile.ZipFile(file) as archive:
        held = json.loads(archive.read(packing.METADATA))
    return {entity["@id"]: entity for entity in held["@graph"]}


@pytest.mark.long
def test_an_archive_is_replayed_elsewhere_to_the_same_numbers_and_asks_nobody(
    run: Path, tmp_path: Path
) -> None:
    out = ["--out", str(tmp_path / "a.zip")]
    assert "small with its answers" in tactometer(run, "archive", "config/config.yaml", *out).stdout
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.move(tmp_path / "a.zip", elsewhere)
    told = tactometer(run, "replay", str(elsewhere / "a.zip")).stdout
    assert "numbers of the tables are the same." in told and "differ" not in told, told
    journals = sorted(run.glob("results/small/answers/**/*.jsonl"))
    assert journals
    for path in journals:
        again = elsewhere / "replay-a" / path.relative_to(run)
        assert again.read_bytes() == path.read_bytes(), "something was asked"


def test_an_archive_is_a_crate_that_names_every_file_with_its_checksum(
    run: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = pack(run, monkeypatch)
    entities = crate(file)
    about = entities[packing.METADATA]
    assert about["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    with zipfile.ZipFile(file) as archive:
        places = set(archive.namelist()) - {packing.METADATA}
        content = {place: archive.read(place) for place in places}
    assert places == {one["@id"] for one in entities["./"]["hasPart"]}  # type: ignore[index]
    wanted = {"study.yaml", "people.csv", "resources/polite_speech/vignettes.yaml", "versions.json",
              "results/small/answers/kind/0.jsonl", "results/small/tables/estimates.csv",
              "results/small/report.html", "LICENSES.md"}  # fmt: skip
    assert wanted <= places
    for place, data in content.items():
        assert str(run).encode() not in data, place
    assert packing.pack(study.load([Path("config/config.yaml")]), Path("results/small"),
                        tmp_path / "again.zip") == len(places) + 1  # fmt: skip
    assert (tmp_path / "again.zip").read_bytes() == file.read_bytes(), (
        "the same study, the same file"
    )


def test_without_text_nothing_that_a_model_wrote_is_in_it(
    run: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    journal = run / "results/small/answers/kind/0.jsonl"
    planted = journal.read_text().replace('"text": "', '"text": "SECRETWORD ')
    journal.write_text(planted)
    assert planted.count("SECRETWORD") > 100
    for name in ("report.html", "tables/replies.csv"):
        path = run / "results/small" / name
        path.write_text(path.read_text() + "SECRETWORD")
    for path in run.glob("results/small/choices/**/*.parquet"):
        pl.read_parquet(path).with_columns(text=pl.lit("SECRETWORD")).write_parquet(path)
    file = pack(run, monkeypatch, text=False)
    out = tmp_path / "out"
    assert packing.unpack(file, out) == "small"
    for path in out.rglob("*"):
        if path.suffix == ".parquet":
            assert "SECRETWORD" not in str(pl.read_parquet(path).to_dict(as_series=False)), path
        elif path.is_file():
            assert b"SECRETWORD" not in path.read_bytes(), path
    lines = (out / "results/small/answers/kind/0.jsonl").read_text().splitlines()
    assert len(lines) == planted.count("\n") and "usage" in json.loads(lines[0])
    assert not replaying.has_words(out / "results/small")


def test_an_archive_that_names_this_machine_is_not_made(
    run: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (run / "results/small/methods.md").write_text(f"made in {run}")
    with pytest.raises(UserError, match=r"results/small/methods\.md names this machine"):
        pack(run, monkeypatch)


@pytest.mark.parametrize("fault", ["changed", "added", "gone", "outside"])
def test_a_damaged_archive_is_told_and_nothing_of_it_is_believed(
    fault: str, run: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file, broken = pack(run, monkeypatch), tmp_path / "broken.zip"
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(broken, "w") as new:
        for place in old.namelist():
            data = old.read(place)
            if place == "study.yaml" and fault == "changed":
                data += b"# more"
            if place == packing.METADATA and fault == "outside":
                data = data.replace(b'"study.yaml"', b'"../study.yaml"')
            if place == "study.yaml" and fault in ("gone", "outside"):
                if fault == "outside":
                    new.writestr("../study.yaml", data)
                continue
            new.writestr(place, data)
        if fault == "added":
            new.writestr("more.py", "import os")
    with pytest.raises(UserError, match=r"broken\.zip: .*(study\.yaml|more\.py)"):
        packing.unpack(broken, tmp_path / "out")
    assert not (tmp_path / "study.yaml").exists()


def test_what_is_no_archive_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_text("no zip")
    with pytest.raises(UserError, match=r"a\.zip is no archive"):
        packing.unpack(tmp_path / "a.zip", tmp_path / "out")
    with pytest.raises(UserError, match=r"b\.zip does not exist"):
        packing.unpack(tmp_path / "b.zip", tmp_path / "out")


def compared(tmp_path: Path, **changes: list[float]) -> list[str]:
    for name, held in (("old", SMALL), ("new", {**SMALL, **changes})):
        (tmp_path / name).mkdir()
        pl.DataFrame(held).write_parquet(tmp_path / name / "estimates.parquet")
    return replaying.compared(tmp_path / "old", tmp_path / "new")


def test_the_same_numbers_are_said_to_be_the_same_whatever_they_took(tmp_path: Path) -> None:
    assert compared(tmp_path, seconds=[9.0, 9.0]) == ["All 6 numbers of the tables are the same."]


def test_noise_of_sampling_is_told_from_a_difference(tmp_path: Path) -> None:
    """The standard error of a difference is sd sqrt(2 / ess): .007 of phi and .07 of alpha."""
    (noise,) = compared(tmp_path, mean=[0.52, 3.2])
    assert noise == (
        "4 of 6 numbers of the tables are the same, 2 differ by no more than the noise of sampling."
    )
    (tmp_path / "far").mkdir()
    named, whole = compared(tmp_path / "far", mean=[0.6, 3.0])
    assert named == "estimates: 1 of 6 numbers differ" and whole.endswith("1 differ by more.")


def test_who_was_asked_is_what_an_archive_says_where_the_weights_are_elsewhere(
    tmp_path: Path,
) -> None:
    recipes = tmp_path / "recipes"
    (recipes / "checkpoints/m").mkdir(parents=True)
    (recipes / "checkpoints/m/0.json").write_text(json.dumps({"weights": "digest"}))
    wanted = {"weights": None}
    assert acceptance.settle("checkpoints/m/0", wanted, tmp_path) == wanted
    (recipes / acceptance.ARCHIVED).write_text("{}")
    assert acceptance.settle("checkpoints/m/0", wanted, tmp_path) == {"weights": "digest"}
    assert acceptance.settle("fit/m", {"a": 1}, tmp_path) == {"a": 1}


def test_what_the_repository_has_is_found_from_any_folder(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with `snakemake --directory`: the task lies in the checkout, and keeps its place."""
    shutil.rmtree(run / "resources")
    file = pack(run, monkeypatch)
    assert "resources/polite_speech/vignettes.yaml" in crate(file)


def test_a_model_that_was_trained_is_read_where_nobody_can_train_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("rows.jsonl").write_text("{}\n")
    training = {"method": "sft", "data": "rows.jsonl", "steps": 4, "save_steps": 2}
    kind = {"provider": "vllm", "source": "a/b", "checkpoints": {"steps": [0, 4]}}
    whole = {"study": "taught", "models": {"kind": {**kind, "training": training}}}
    Path("study.yaml").write_text(yaml.safe_dump(whole))
    found, _ = contents._moved(study.load([Path("study.yaml")]))
    Path("rows.jsonl").unlink()
    Path("study.yaml").write_text(yaml.safe_dump(found))
    model = study.load([Path("study.yaml")]).models["kind"]
    assert list(model.checkpoints) == ["0", "4"] and not model.asked.training_recipe
