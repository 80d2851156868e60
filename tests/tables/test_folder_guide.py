"""The README.txt of a study's folder names what lies there, and nothing that no rule makes."""

import re
from pathlib import Path

from tactometer.tables import folder_guide
from tactometer.utils.paths import ROOT


def test_the_guide_names_all_that_rules_make_and_nothing_else() -> None:
    rules = "\n".join(path.read_text() for path in (ROOT / "workflow/rules").glob("*.smk"))
    made = set(re.findall(r"\{RESULTS\}/([\w.]+)", rules))
    assert {"fits", "tables", "report.html"} <= made
    assert made == set(folder_guide.GUIDE)


def test_a_finished_study_has_it_and_it_names_each_of_its_files(finished: Path) -> None:
    folder = finished / "results/small"
    told = (folder / "README.txt").read_text()
    assert "The study small, " in told
    for path in folder.iterdir():
        assert re.search(rf"^{re.escape(path.name)}  +\S", told, re.MULTILINE), path.name
