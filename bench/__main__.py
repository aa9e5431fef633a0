"""`python -m bench [part …] [--publish]`: without a part all but growth, which takes longest and is asked for by its name."""

import argparse
import sys
import time

from bench import batching, delivering, figures, getting, growing, importing, listing, publishing, starting
from bench.figures import Figure, Report

PARTS = {
    "import": importing.measure,
    "get": getting.measure,
    "lists": listing.measure,
    "batches": batching.measure,
    "webhooks": delivering.measure,
    "start": starting.measure,
    "growth": growing.measure,
}
_ALONE = "growth"


def main() -> int:
    """Run the parts; 1 where a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure what docs/benchmarks.md publishes.")
    parser.add_argument("parts", nargs="*", metavar="part", help=f"{', '.join(PARTS)}; default: all but {_ALONE}")
    parser.add_argument("--publish", action="store_true", help="write what was measured into docs/benchmarks.md")
    told = parser.parse_args()
    if unknown := [part for part in told.parts if part not in PARTS]:
        parser.error(f"there is no part {unknown[0]}: there are {', '.join(PARTS)}")
    found: dict[str, list[Figure]] = {}
    for part in told.parts or [part for part in PARTS if part != _ALONE]:
        found[part] = []
        began = time.monotonic()
        print(f"{part} …", flush=True)
        PARTS[part](_telling(found[part]))
        print(f"  ({part} took {time.monotonic() - began:.0f} s)", flush=True)
    print("\n" + figures.table([figure for part in found.values() for figure in part]))
    if told.publish:
        publishing.publish(found)
    return int(any(figure.holds is False for part in found.values() for figure in part))


def _telling(found: list[Figure]) -> Report:
    """Keeps a figure and shows it at once."""

    def report(figure: Figure) -> None:
        found.append(figure)
        print("  " + "  ".join(cell for cell in figure.cells if cell), flush=True)

    return report


if __name__ == "__main__":
    sys.exit(main())
