"""Laws of the documents: links lead somewhere, decisions are counted once, every setting is told and exists."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.house.tree import ROOT, committed_files, modules

_FENCED = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)|^\[[^\]]+\]:\s*(\S+)", re.MULTILINE)
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)
_SETTING = re.compile(r"\bDUEBOOK_[A-Z][A-Z0-9_]*[A-Z0-9]\b")
OPERATING = ROOT / "docs" / "operating.md"
DECISIONS = ROOT / "docs" / "decisions"


def broken_links(text: str, *, page: Path) -> Iterator[str]:
    """Relative links of a page that lead to no file of the project, or to no heading of that file."""
    for match in _LINK.finditer(_FENCED.sub("", text)):
        target = match.group(1) or match.group(2)
        if re.match(r"[a-z][a-z+.-]*:", target):
            continue
        place, _, heading = target.partition("#")
        file = (page.parent / place).resolve() if place else page
        if not file.exists() or not file.is_relative_to(ROOT):
            yield f"{page.name} -> {target}"
        elif heading and file.suffix == ".md":
            source = text if file == page else file.read_text(encoding="utf-8")
            if heading not in anchors(source):
                yield f"{page.name} -> {target}"


def anchors(text: str) -> set[str]:
    """The anchors that a forge makes of the headings of a page."""
    found: set[str] = set()
    for heading in _HEADING.findall(_FENCED.sub("", text)):
        slug = re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).replace(" ", "-")
        found.add(slug if slug not in found else f"{slug}-1")
    return found


def settings_of(text: str) -> set[str]:
    """Names of environment variables of duebook in a text."""
    return set(_SETTING.findall(text))


def test_every_link_between_our_pages_leads_somewhere():
    """A reader who meets one dead link stops to follow the others."""
    pages = [path for path in committed_files() if path.suffix == ".md"]

    assert [broken for page in pages for broken in broken_links(page.read_text(encoding="utf-8"), page=page)] == []


def test_a_decision_has_one_number_and_says_it():
    """Decisions are cited by number for years; two of one number cite nothing."""
    pages = sorted(DECISIONS.glob("*.md"))
    badly_named = [page.name for page in pages if not re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", page.name)]
    numbers = [page.name[:4] for page in pages]
    unsaid = [page.name for page in pages if page.name[:4] not in page.read_text(encoding="utf-8").split("\n", 1)[0]]

    assert badly_named == []
    assert sorted(set(numbers)) == numbers
    assert unsaid == []


def test_every_setting_is_told_to_the_operator_and_exists():
    """A variable that is read but not told is found by accident; one that is told but not read is a lie."""
    read = {name for module in modules("src/duebook") for name in settings_of(module.text)}
    told = settings_of(OPERATING.read_text(encoding="utf-8")) if OPERATING.exists() else set[str]()

    assert read - told == set()
    assert told - read == set()


def test_the_laws_find_what_they_forbid():
    """Planted offences, and beside each the nearest thing that is allowed."""
    page = ROOT / "CONTRIBUTING.md"
    fenced = "```\n[s](in-code.md)\n```\n"
    text = f"# A `b` c\n[x](nowhere.md) [y](LICENSE) [z](https://example.org) [q](#a-b-c) [r](#gone)\n{fenced}"

    found = [line.split(" -> ")[1] for line in broken_links(text, page=page)]

    assert found == ["nowhere.md", "#gone"]
    assert list(broken_links("[out](../elsewhere.md)", page=page)) == ["CONTRIBUTING.md -> ../elsewhere.md"]
    assert settings_of("set DUEBOOK_DATA_DIR; _DUEBOOK_CONF and DUEBOOK_* are none") == {"DUEBOOK_DATA_DIR"}
