"""A page in a real browser, and what goes wrong in it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, sync_playwright


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's chromium, without a window."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program, "install Debian's package chromium: the report is tested in a browser"
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu"]
        )


class Opened:
    """A page, and all that went wrong in it or left for the network; `furnished`: all its tables
    sort, as if somebody had scrolled through it.
    """

    def __init__(
        self,
        browser: Browser,
        report: Path,
        width: int,
        scheme: Literal["light", "dark"] = "light",
        link: str = "",
        furnished: bool = True,
    ) -> None:
        self.page: Page = browser.new_page(
            viewport={"width": width, "height": 900}, color_scheme=scheme
        )
        self.wrong: list[str] = []
        self.page.on("console", lambda m: self.wrong.append(f"{m.type}: {m.text}"))
        self.page.on("pageerror", lambda e: self.wrong.append(str(e)))
        self.page.on("dialog", lambda d: self.wrong.append(f"dialog: {d.message}"))
        self.page.on("request", lambda r: self._request(r.url))
        self.page.goto(report.as_uri() + link)
        self.page.wait_for_selector("html[data-ready]", timeout=60_000)
        if furnished:
            for event in ("beforeprint", "afterprint"):  # paper has them all
                self.page.evaluate(f"dispatchEvent(new Event('{event}'))")

    def _request(self, url: str) -> None:
        if not url.startswith(("file:", "data:", "blob:")):
            self.wrong.append(f"request: {url}")
