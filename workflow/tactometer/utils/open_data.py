"""Mappings that are open by nature, by what they are: rows of tables, and JSON."""

from collections.abc import Mapping
from typing import Any

Row = Mapping[str, Any]
"""A row of a table, by column; the table's schema says which there are."""
NewRow = dict[str, Any]
"""A row that is being made."""
Json = dict[str, Any]
"""A JSON object that is pinned, printed or sent: what it holds is said where it is made."""
