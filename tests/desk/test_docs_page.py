"""/docs in a real browser: it shows every operation, fits a telephone, tries requests out, and asks no other host for anything."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, Request, ViewportSize, expect

from duebook.hyperline import openapi as hyperline_openapi
from duebook.hyperline import operations as hyperline_operations
from duebook.leanpay import openapi
from duebook.leanpay.operations import OPERATIONS
from duebook.web.operations import Operation
from tests.desk.conftest import Site

WIDE = ViewportSize(width=1440, height=900)
NARROW = ViewportSize(width=390, height=844)
SECONDS = 1_000


@dataclass(kw_only=True)
class Visit:
    """A page in a window of its own, and everything that it asked for and complained of."""

    page: Page
    site: Site
    asked: list[str] = field(default_factory=list[str])
    complaints: list[str] = field(default_factory=list[str])

    async def open(self, place: str = "", *, title: str = openapi.document()["info"]["title"]) -> None:
        """Open the docs, at an operation where `place` names one, and wait until those with that title are there."""
        await self.page.goto(f"{self.site.address}/docs{place}")
        await expect(self.page.get_by_role("heading", name=title)).to_be_visible(timeout=20 * SECONDS)

    def strangers(self) -> list[str]:
        """What was asked of another host."""
        return [url for url in self.asked if not url.startswith((f"{self.site.address}/", "data:", "blob:"))]


@pytest.fixture(params=[WIDE, NARROW], ids=["wide", "narrow"])
async def visit(request: pytest.FixtureRequest, browser: Browser, site: Site) -> AsyncGenerator[Visit]:
    """A visit on a wide and on a narrow screen; at its end nothing strange must have happened."""
    context = await browser.new_context(viewport=request.param)
    context.set_default_timeout(20 * SECONDS)
    page = await context.new_page()
    made = Visit(page=page, site=site)

    def asked(sent: Request) -> None:
        made.asked.append(sent.url)

    def said(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            made.complaints.append(message.text)

    context.on("request", asked)
    page.on("console", said)
    page.on("pageerror", lambda error: made.complaints.append(str(error)))
    yield made
    await context.close()


def place_of(operation: Operation, *, dialect: str = "leanpay") -> str:
    """Where the page shows an operation."""
    return f"#{dialect}/tag/{operation.tag.lower().replace(' ', '-')}/{operation.method}{operation.path}"


async def test_it_shows_every_operation_and_asks_nobody_else(visit: Visit) -> None:
    await visit.open()
    for operation in OPERATIONS:
        # Its groups are shut at first, and what is in them is made when they come into sight.
        await visit.open(place_of(operation))
        await expect(visit.page.get_by_role("heading", name=operation.summary, exact=True)).to_be_visible()
    await visit.page.wait_for_load_state("networkidle")
    assert visit.strangers() == []
    assert visit.complaints == []
    assert f"{visit.site.address}/leanpay/openapi.json" in visit.asked


async def test_the_other_api_is_shown_too(visit: Visit) -> None:
    """An operation of each of its groups."""
    title = hyperline_openapi.document()["info"]["title"]
    for operation in {operation.tag: operation for operation in hyperline_operations.OPERATIONS}.values():
        await visit.open(place_of(operation, dialect="hyperline"), title=title)
        await expect(visit.page.get_by_role("heading", name=operation.summary, exact=True)).to_be_visible()
    await visit.page.wait_for_load_state("networkidle")
    assert visit.strangers() == []
    assert visit.complaints == []
    assert f"{visit.site.address}/hyperline/openapi.json" in visit.asked


async def test_nothing_is_wider_than_the_screen(visit: Visit) -> None:
    await visit.open("#leanpay/tag/invoices/POST/invoices/complete")
    await expect(visit.page.get_by_role("heading", name="Import a complete invoice")).to_be_visible()
    widths = await visit.page.evaluate("() => [document.documentElement.scrollWidth, window.innerWidth]")
    assert widths[0] <= widths[1]


async def test_the_fields_stand_in_the_order_of_the_contract(visit: Visit) -> None:
    await visit.open("#leanpay/tag/invoices/POST/invoices/complete")
    section = visit.page.get_by_role("region", name="Import a complete invoice")
    text = await section.inner_text()
    body = text[text.index("CompleteInvoice") :]
    places = [body.index(name) for name in ("reference", "amount", "issueDate", "dueDates", "externalId", "payments", "creditNoteLinks")]
    assert places == sorted(places)


async def test_a_request_can_be_tried_out_with_a_key(visit: Visit) -> None:
    """Straight at this server: no proxy of anybody's sees the key or the answer."""
    name = "Dupont tried out"
    await visit.site.company.customer(name)
    page = visit.page
    await visit.open("#leanpay/tag/clients/GET/clients")
    await page.locator(".scalar-password-input").first.fill(visit.site.company.key)
    await page.get_by_role("region", name="List clients").get_by_role("button", name="Test Request").click()
    async with page.expect_response(lambda response: "/v1/public/clients" in response.url) as answered:
        await page.locator("[data-addressbar-action=send]:visible").click()
    answer = await answered.value
    assert answer.status == 200
    assert name in await answer.text()
    assert visit.strangers() == []
    assert visit.complaints == []


async def test_the_browser_would_refuse_another_host(visit: Visit) -> None:
    """The policy itself, tried from inside the page: a request, a picture, a script and a frame that lead elsewhere."""
    await visit.open()
    refused = await visit.page.evaluate(
        """async () => {
            const refused = [];
            document.addEventListener("securitypolicyviolation", (event) => refused.push(event.effectiveDirective));
            const elsewhere = "http://127.0.0.2:9/";
            await fetch(elsewhere).catch(() => {});
            for (const [tag, name] of [["img", "src"], ["script", "src"], ["iframe", "src"]]) {
                const element = document.createElement(tag);
                element[name] = elsewhere;
                document.body.append(element);
            }
            await new Promise((resolve) => setTimeout(resolve, 300));
            return refused.sort();
        }"""
    )
    assert refused == ["connect-src", "frame-src", "img-src", "script-src-elem"]
