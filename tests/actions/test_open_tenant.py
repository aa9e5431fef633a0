"""What an operator may change of a company, and until when."""

import pytest

from duebook.actions.open_tenant import set_tenant
from duebook.core.refusal import Refused
from tests.make import Company


async def test_the_default_currency_is_fixed_once_a_client_is_entered(acme: Company) -> None:
    async with acme.database.owner() as connection:
        changed = await set_tenant(connection, tenant=acme.tenant, changes={"currency": "CHF"})
        await acme.customer()
        with pytest.raises(Refused, match=r"the test books of Acme .* are kept in CHF.*Create another company"):
            await set_tenant(connection, tenant=changed, changes={"currency": "EUR"})
        assert (await set_tenant(connection, tenant=changed, changes={"timezone": "Asia/Tokyo"})).currency == "CHF"


@pytest.mark.parametrize(
    ("name", "value", "mend"),
    [
        ("currency", "XXX", "such as EUR"),
        ("timezone", "Europe/Nowhere", "such as Europe/Paris"),
        ("timezone", "../etc/passwd", "such as Europe/Paris"),
        ("country", "fr", "such as FR"),
        ("unknown-fields", "keep", "refuse or ignore"),
        ("colour", "blue", "there are currency, timezone, country, unknown-fields"),
    ],
)
async def test_a_setting_that_cannot_be_is_refused_with_the_mend(acme: Company, name: str, value: str, mend: str) -> None:
    async with acme.database.owner() as connection:
        with pytest.raises(Refused, match=mend):
            await set_tenant(connection, tenant=acme.tenant, changes={name: value})
