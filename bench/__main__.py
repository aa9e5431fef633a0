"""`python -m bench [part …] [--publish]`."""

import argparse
import sys
import time

from bench import figures, importing
from bench.figures import Figure

PARTS = {"import": importing.measure}


def main() -> int:
    """Run the parts; 1 where a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure what docs/benchmarks.md publishes.")
    parser.add_argument("parts", nargs="*", help=f"which parts: {', '.join(PARTS)}; default: all")
    told = parser.parse_args()
    found: list[Figure] = []

    def report(figure: Figure) -> None:
        found.append(figure)
        print("  ".join(figure.cells), flush=True)

    for part in told.parts:
        began = time.monotonic()
        PARTS[part](report)
        print(f"({part} took {time.monotonic() - began:.0f} s)", flush=True)
    print(figures.table(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
