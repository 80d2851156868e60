"""Panels and lines of plotnine that draw the same with fewer parts: half of the time of a figure.

`facet_grid` and `facet_wrap` make no minor ticks, which the theme hides; `geom_segment` and
`geom_linerange` draw all lines of a panel at once, where plotnine has a collection for each group.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import plotnine

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from plotnine.iapi import panel_view


class _NoMinorTicks:
    """Of a facet: no minor ticks in its panels."""

    def set_limits_breaks_and_labels(self, panel_params: panel_view, ax: Axes) -> None:
        x, y = (replace(axis, minor_breaks=[]) for axis in (panel_params.x, panel_params.y))
        super().set_limits_breaks_and_labels(replace(panel_params, x=x, y=y), ax)  # type: ignore[misc]


class _PanelAtOnce:
    """Of a geom of lines: a collection for each line type of a panel."""

    def draw_panel(self: Any, data: pd.DataFrame, panel_params: Any, coord: Any, ax: Axes) -> None:
        for _, rows in data.sort_values("group", kind="stable").groupby("linetype", sort=False):
            self.draw_group(rows.reset_index(drop=True), panel_params, coord, ax, self.params)


class facet_grid(_NoMinorTicks, plotnine.facet_grid):  # type: ignore[misc]
    pass


class facet_wrap(_NoMinorTicks, plotnine.facet_wrap):  # type: ignore[misc]
    pass


class geom_segment(_PanelAtOnce, plotnine.geom_segment):  # type: ignore[misc]
    pass


class geom_linerange(_PanelAtOnce, plotnine.geom_linerange):  # type: ignore[misc]
    pass
