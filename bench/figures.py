"""A figure with its spread, its target and whether it holds; and the table of them."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What was measured. `value` is the median of `samples`; a target is told and judged, or there is none."""

    what: str
    samples: tuple[float, ...]
    unit: str = ""
    at_least: float | None = None
    at_most: float | None = None

    @property
    def value(self) -> float:
        return statistics.median(self.samples)

    @property
    def target(self) -> str:
        """The target in words; empty where there is none."""
        if self.at_least is not None:
            return f"at least {number(self.at_least)}"
        return f"at most {number(self.at_most)}" if self.at_most is not None else ""

    @property
    def holds(self) -> bool | None:
        """Whether the median meets the target; None without one."""
        if self.at_least is not None:
            return self.value >= self.at_least
        return self.value <= self.at_most if self.at_most is not None else None

    @property
    def spread(self) -> str:
        """The least and the greatest sample; empty for a single one."""
        return f"{number(min(self.samples))} to {number(max(self.samples))}" if len(self.samples) > 1 else ""

    @property
    def cells(self) -> tuple[str, ...]:
        """The row of the table."""
        verdict = {True: "ok", False: "**missed**", None: ""}[self.holds]
        return self.what, f"{number(self.value)} {self.unit}".rstrip(), self.spread, self.target, verdict


Report = Callable[[Figure], None]
"""Takes a figure as soon as it is known."""

HEAD = ("what", "median", "spread", "target", "")


def number(value: float) -> str:
    """Three digits that matter, thousands set apart."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def table(figures: Sequence[Figure]) -> str:
    """A Markdown table, its columns aligned so that a terminal shows it too."""
    rows = [HEAD, *(figure.cells for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)
