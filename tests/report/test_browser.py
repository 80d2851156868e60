"""What the report promises to its reader, in a real browser: it opens from disk and works."""

from __future__ import annotations

import csv
from importlib.resources import files
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser

from browsing import Opened

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("report"),
]  # what they look at is made once
TABLE = "table[data-name='Posterior mean [95% HDI] of every fit']"
ROWS = f"{TABLE} tbody tr"


@pytest.fixture(scope="module")
def wide(browser: Browser, report: Path) -> Opened:
    return Opened(browser, report, 1280)


def test_it_opens_from_disk_and_nothing_fails_or_leaves_for_the_network(wide: Opened) -> None:
    assert wide.page.locator("img").count() > 5
    broken = "imgs => imgs.filter(i => !i.naturalWidth).length"
    assert wide.page.eval_on_selector_all("img", broken) == 0
    assert wide.wrong == []


def test_a_script_in_a_name_or_a_reply_stays_text(wide: Opened) -> None:
    wide.page.locator("summary").first.click()
    assert wide.page.get_by_text("<script>alert(2)</script>").count() > 0
    assert wide.page.locator("script").count() == 2, "the page's own, and the explorer's data"
    assert not any("dialog" in each for each in wide.wrong)


def test_rows_beyond_the_first_page_are_never_laid_out_before_the_script_runs(
    browser: Browser, report: Path
) -> None:
    """Laying them out and hiding them again took two thirds of the time to open a large page."""
    page = browser.new_page()
    page.add_init_script(
        "document.addEventListener('readystatechange', () => { window.shown ??= Math.max("
        "...[...document.querySelectorAll('table.data')].map(table =>"
        " [...table.tBodies[0].rows].filter(row => row.offsetParent).length)) })"
    )
    page.goto(report.as_uri())
    assert page.evaluate("shown") == 25
    page.close()


def test_a_table_sorts_as_soon_as_it_comes_near_and_all_are_whole_without_scripts(
    browser: Browser, report: Path
) -> None:
    page = Opened(browser, report, 1280, furnished=False).page
    assert page.locator("table.data").count() > page.locator("table.dataTable").count()
    table = page.locator(TABLE)
    assert "dataTable" not in str(table.get_attribute("class"))
    shown = table.locator("tbody tr:visible").count()
    table.scroll_into_view_if_needed()
    page.wait_for_selector(f"{TABLE}.dataTable")
    assert shown == page.locator(f"{ROWS}:visible").count() == 25, "its first page, as before"
    plain = browser.new_context(java_script_enabled=False).new_page()
    plain.goto(report.as_uri())
    assert plain.locator(f"{ROWS}:visible").count() > 25


def test_a_word_filters_rows(wide: Opened) -> None:
    page = wide.page
    before = page.locator(ROWS).count()
    box = page.locator(f".dt-container:has({TABLE}) input[type=search]")
    box.fill("kind-friend social pooled")
    page.wait_for_function(f'document.querySelectorAll("{ROWS}").length === 1')
    assert "kind-friend" in page.locator(ROWS).inner_text()
    box.fill("")
    page.wait_for_function(f'document.querySelectorAll("{ROWS}").length === {before}')


def test_a_column_of_numbers_sorts_by_number_with_the_keyboard(wide: Opened) -> None:
    page = wide.page
    column = page.locator(f"{TABLE} thead th").all_inner_texts().index("φ*") + 1
    order = page.locator(f"{TABLE} thead th:nth-child({column}) button").first
    cells = page.locator(f"{TABLE} tbody td:nth-child({column})")
    order.focus()
    for largest_first in (True, False):
        page.keyboard.press("Enter")
        page.wait_for_timeout(200)
        values = [float(str(c.get_attribute("data-order"))) for c in cells.all()]
        assert values == sorted(values, reverse=largest_first) and len(set(values)) > 3


def test_a_list_of_values_picks_rows(wide: Opened) -> None:
    page = wide.page
    page.locator(f"{TABLE} thead th:nth-child(3) button").nth(1).click()
    page.locator(".dtcc-dropdown .dtcc-list-buttons button", has_text="social").click()
    page.wait_for_timeout(200)
    goals = page.locator(f"{TABLE} tbody td:nth-child(3)").all_inner_texts()
    assert goals and set(goals) == {"social"}


def test_the_list_of_a_short_table_is_not_cut_off(wide: Opened) -> None:
    short = "table[data-name='Fits that should not be read']"
    wide.page.locator(f"{short} thead th:nth-child(1) button").nth(1).click()
    shown = wide.page.locator(".dtcc-dropdown").bounding_box()
    region = wide.page.locator(f".wide:has({short})").bounding_box()
    assert shown and region
    assert shown["y"] + shown["height"] <= region["y"] + region["height"]
    wide.page.keyboard.press("Escape")


def test_the_data_of_a_figure_is_one_click_away(wide: Opened, tmp_path: Path) -> None:
    with wide.page.expect_download() as found:
        wide.page.locator("a[download='phi.csv']").click()
    found.value.save_as(tmp_path / "phi.csv")
    rows = list(csv.DictReader((tmp_path / "phi.csv").open()))
    assert {row["parameter"] for row in rows} == {"phi"} and float(rows[0]["hdi_low"]) < 1


@pytest.mark.parametrize(
    ("width", "scheme"), [(1600, "light"), (1280, "dark"), (400, "light"), (400, "dark")]
)
def test_axe_finds_nothing_serious_and_the_page_does_not_scroll_sideways(
    browser: Browser, report: Path, width: int, scheme: Literal["light", "dark"]
) -> None:
    opened = Opened(browser, report, width, scheme)
    for details in opened.page.locator("#answer details, #explore details, #look > details").all():
        details.evaluate("one => { one.open = true }")
    opened.page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text())
    found = opened.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert len(found["passes"]) > 20, "axe looked at the page"
    wrong = {v["id"]: (v["impact"], [n["html"][:200] for n in v["nodes"]]) for v in
             found["violations"] if v["impact"] in ("serious", "critical")}  # fmt: skip
    assert wrong == {}
    size = "[document.documentElement.scrollWidth, window.innerWidth]"
    total, seen = opened.page.evaluate(size)
    assert total <= seen and opened.wrong == []
    opened.page.close()


def test_an_axe_that_is_given_a_fault_finds_it(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "bad.html").write_text("<html><body><img src='data:,'><input></body></html>")
    page = browser.new_page()
    page.goto((tmp_path / "bad.html").as_uri())
    page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text())
    found = page.evaluate("axe.run(document)")["violations"]
    assert {"image-alt", "label", "html-has-lang"} <= {v["id"] for v in found}
    page.close()


def test_the_answer_stands_on_the_first_screen_of_a_laptop(browser: Browser, report: Path) -> None:
    opened = Opened(browser, report, 1500)
    figure = opened.page.locator("#answer img").bounding_box()
    last = opened.page.locator("#answer .headline > li").last.bounding_box()
    assert figure and last
    assert figure["y"] + figure["height"] < 900 and last["y"] + last["height"] < 900
    opened.page.close()


def test_names_stand_to_the_left_and_numbers_to_the_right_in_every_table(wide: Opened) -> None:
    side = """cells => cells.map(c => [c.innerText, getComputedStyle(c).textAlign,
        c.hasAttribute("data-order")])"""
    found = wide.page.eval_on_selector_all("table.data tbody :is(td, th)", side)
    wrong = [text for text, at, is_number in found if text and is_number != (at == "right")]
    assert len(found) > 500 and not wrong
    empty = """tables => tables.flatMap(t => [...t.tHead.rows[0].cells].filter((h, i) =>
        [...t.tBodies[0].rows].every(r => !r.cells[i]?.innerText)).map(h => h.innerText))"""
    assert wide.page.eval_on_selector_all("table.data", empty) == []


def test_what_goes_on_beyond_an_edge_has_a_shade_there_and_says_so(
    browser: Browser, report: Path
) -> None:
    narrow = Opened(browser, report, 400)
    cut = """all => all.filter(w => w.scrollWidth > w.clientWidth + 1)
        .map(w => getComputedStyle(w).backgroundImage)"""
    grounds = narrow.page.eval_on_selector_all(".wide", cut)
    assert len(grounds) > 3 and all("gradient" in ground for ground in grounds)
    for hidden in narrow.page.locator("#explore details.numbers").all():
        hidden.evaluate("one => { one.open = true }")  # who opens it is told, not before
    narrow.page.wait_for_timeout(500)
    says = """all => all.filter(w => w.checkVisibility()).map(w => [
        w.scrollWidth > w.clientWidth + 1,
        getComputedStyle(w, "::before").content.includes("scroll")])"""
    narrow.page.wait_for_function("document.querySelectorAll('[data-scrolls]').length > 3")
    told = narrow.page.eval_on_selector_all(".wide", says)
    assert all(wide == said for wide, said in told), "it says so in words, where it does scroll"
    narrow.page.close()


def test_it_prints_without_controls_and_with_every_section(
    browser: Browser, report: Path, tmp_path: Path
) -> None:
    opened = Opened(browser, report, 1280)
    opened.page.emulate_media(media="print")
    assert not opened.page.locator(".dt-search").first.is_visible()
    assert not opened.page.locator("nav[aria-label=Contents]").is_visible()
    assert opened.page.locator("section h2").count() >= 8
    opened.page.set_viewport_size({"width": 688, "height": 1000})  # what A4 leaves, in CSS pixels
    cut = "ts => ts.filter(t => t.getBoundingClientRect().right > innerWidth + 1).length"
    assert opened.page.eval_on_selector_all("table.data", cut) == 0
    printed = opened.page.pdf(format="A4")
    assert printed.startswith(b"%PDF") and len(printed) > 100_000
