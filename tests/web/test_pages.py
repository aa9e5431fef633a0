"""The API pages as they are served: the documents, the page with its policy, and vendored files that are what they say."""

import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import httpx2

from duebook.leanpay import openapi
from tests.make import Company

STATIC = Path(__file__).parents[2] / "src" / "duebook" / "web" / "static"
VENDOR = STATIC / "vendor"


async def got(company: Company, path: str) -> httpx2.Response:
    """The answer to somebody without a key: the pages are open to all who reach the server."""
    async with company.client() as client:
        client.headers.pop("Authorization")
        return await client.get(path)


async def test_the_document_is_served_as_it_was_made(acme: Company) -> None:
    answer = await got(acme, "/leanpay/openapi.json")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json() == openapi.document()
    assert list(answer.json()["components"]["schemas"]["Invoice"]["properties"])[:3] == ["id", "tenantId", "clientId"]


async def test_the_address_itself_leads_to_the_pages(acme: Company) -> None:
    answer = await got(acme, "/")
    assert (answer.status_code, answer.headers["location"]) == (307, "/docs")


async def test_everything_the_page_names_is_served_from_here(acme: Company) -> None:
    page = await got(acme, "/docs")
    named: list[str] = []
    documents: list[dict[str, str]] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            given = dict(attrs)
            named.extend(address for key in ("src", "href") if (address := given.get(key)))
            documents.extend(json.loads(given.get("data-documents") or "[]"))
            assert "style" not in given
            assert not any(key.startswith("on") for key in given)

    Reader().feed(page.text)
    named += [document["url"] for document in documents]
    assert "/docs/static/vendor/scalar/standalone.js" in named
    assert "/leanpay/openapi.json" in named
    for address in named:
        assert address.startswith("/"), address
        answer = await got(acme, address)
        assert answer.status_code == 200, address
        assert answer.content


async def test_the_policy_lets_nothing_in_and_nothing_out(acme: Company) -> None:
    for path in ("/docs", "/docs/static/docs.js", "/docs/static/icon.svg", "/docs/static/vendor/scalar/standalone.js"):
        policy = (await got(acme, path)).headers["content-security-policy"]
        rules = {name: set(sources) for name, *sources in (rule.split() for rule in policy.split(";"))}
        assert rules["default-src"] == {"'self'"}
        # Scripts and requests go by the default; what else is said lets in no host and no code that is made from text.
        assert not rules.keys() & {"script-src", "script-src-elem", "connect-src", "worker-src"}
        allowed = set[str]().union(*rules.values())
        assert allowed <= {"'self'", "'none'", "'unsafe-inline'", "data:"}
        assert {name for name, sources in rules.items() if "'unsafe-inline'" in sources} == {"style-src"}


async def test_files_outside_the_folder_stay_unseen(acme: Company) -> None:
    for path in (
        "/docs/static/",
        "/docs/static/vendor",
        "/docs/static/../pages.py",
        "/docs/static/%2e%2e/pages.py",
        "/docs/static//etc/passwd",
    ):
        assert (await got(acme, path)).status_code == 404, path


async def test_what_the_browser_has_it_does_not_load_again(acme: Company) -> None:
    first = await got(acme, "/docs/static/docs.css")
    async with acme.client() as client:
        again = await client.get("/docs/static/docs.css", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_vendored_files_are_those_that_were_taken() -> None:
    """Byte for byte as published, nothing beside them, and each with its licence."""
    sums = dict(reversed(line.split()) for line in (VENDOR / "SHA256SUMS").read_text(encoding="utf-8").splitlines())
    there = {path.relative_to(VENDOR).as_posix(): path for path in VENDOR.rglob("*") if path.is_file() and path.parent != VENDOR}
    assert {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in there.items()} == sums
    folders = {name.split("/")[0] for name in sums}
    assert all(f"{folder}/LICENSE" in sums for folder in folders)
    told = (VENDOR / "README.md").read_text(encoding="utf-8")
    assert all(f"`{folder}/`" in told for folder in folders)
    version = re.search(r"`scalar/`.*\| (\d+\.\d+\.\d+) \|", told)
    assert version
    assert f"`{version[1]}`" in there["scalar/standalone.js"].read_text(encoding="utf-8")
