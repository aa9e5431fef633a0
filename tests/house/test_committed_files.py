"""Laws of what is committed: it speaks of the project alone, and would be true on any machine."""

import re
from collections.abc import Iterator

from tests.house.tree import ROOT, committed_files

# Each pattern is written so that it does not match its own spelling here: a letter in brackets, a backslash.
_FOREIGN = re.compile(
    r"""
    # paths of a machine
      /ro[o]t/ | /ho[m]e/\w | /Us[e]rs/\w | [A-Z]:\\Us[e]rs | /op[t]/\w | /wo[r]k/ | \.\./shar[e]d\b
    # hosts of registries
    | pypi\.org | pythonh[o]sted\.org | registry\.npmj[s]\.org | deb\.deb[i]an\.org
    # writing tools
    | \b(?i: cl[a]ude | anthr[o]pic | chat[g]pt | open[a]i | copi[l]ot | codewh[i]sperer | tabn[i]ne )\b
    """,
    re.VERBOSE,
)


def foreign(text: str) -> Iterator[str]:
    """Every place, as `line: what`, where the text names a machine, a registry or a tool."""
    for number, line in enumerate(text.splitlines(), start=1):
        for match in _FOREIGN.finditer(line):
            yield f"{number}: {match.group()}"


def test_nothing_names_the_machine_it_was_written_on():
    """A path or a host of one machine is a riddle on every other; who typed a line is no fact of the project."""
    found: list[str] = []
    for path in committed_files():
        name = path.relative_to(ROOT).as_posix()
        found += [f"{name} is named so: {place}" for place in foreign(name)]
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture or an archive has no lines to read
        found += [f"{name}:{place}" for place in foreign(text)]

    assert found == []


def test_the_law_finds_what_it_forbids():
    """Planted offences, spelled in halves, and beside them what only looks alike."""
    for start, end in [
        ("/ro", "ot/x"),
        ("/ho", "me/jane"),
        ("see pypi", ".org"),
        ("../sha", "red/x"),
        ("by Clau", "de"),
    ]:
        assert list(foreign(f"first line\n{start}{end}")), start + end
    assert list(foreign("the root of /var/lib/duebook, a work/ folder, shared/ locks, an optional /option")) == []
