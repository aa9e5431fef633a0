"""Bank accounts at the Hyperline door: the company's own, where transfers arrive. Their transactions come from bank files, of which none
are read yet.
"""

from typing import Final

from msgspec import UNSET

from duebook.actions.keep_catalogue import change
from duebook.actions.keep_catalogue import create as create_entry
from duebook.hyperline import wire
from duebook.hyperline.answers import CHANGE_CODES, LIST_CODES, READ_CODES, WRITE_CODES
from duebook.hyperline.operations.keeping import WORDS, deleted, kept, one, page, path_id
from duebook.hyperline.pages import OFFSET, cursor_page, cursor_parameters
from duebook.hyperline.translate import catalogue as translate
from duebook.hyperline.translate import catalogue_answers as shown
from duebook.store.unit import Unit
from duebook.web.operations import Ask, Operation
from duebook.web.work import Answer

_WORD: Final = WORDS["bank_account"]


async def list_page(ask: Ask) -> Answer:
    """GET /v1/bank-accounts."""
    return await page(ask, "bank_account", struct=wire.OffsetPageBankAccount, show=shown.bank_account)


async def find(ask: Ask) -> Answer:
    """GET /v1/bank-accounts/{id}."""
    return Answer(200, wire.encode(shown.bank_account(await one(ask, "bank_account"))))


async def transactions(ask: Ask) -> Answer:
    """GET /v1/bank-accounts/{id}/transactions."""
    asked = cursor_page(ask.query, kind="bank_transaction")
    await one(ask, "bank_account")
    total = 0 if asked.include_total else UNSET
    return Answer(200, wire.encode(wire.CursorPageBankTransaction(data=[], next_cursor=None, has_more=False, total=total)))


async def create(ask: Ask) -> Answer:
    """POST /v1/bank-accounts."""
    body: wire.KeepBankAccount = await ask.read(wire.KeepBankAccount)

    async def deed(unit: Unit) -> Answer:
        content = translate.bank_account(body)
        result = await create_entry(unit, kind="bank_account", name=body.name or "", content=content)
        return Answer(201, wire.encode(shown.bank_account(kept(result, word=_WORD))))

    return await ask.write(deed)


async def update(ask: Ask) -> Answer:
    """PUT /v1/bank-accounts/{id}."""
    id = path_id(ask, "bank_account")
    body: wire.KeepBankAccount = await ask.read(wire.KeepBankAccount)
    name = None if body.name is UNSET else body.name or ""

    async def deed(unit: Unit) -> Answer:
        result = await change(unit, id=id, kind="bank_account", name=name, fields=translate.account_fields(body))
        return Answer(200, wire.encode(shown.bank_account(kept(result, word=_WORD))))

    return await ask.write(deed)


async def delete(ask: Ask) -> Answer:
    """DELETE /v1/bank-accounts/{id}."""
    return await deleted(ask, "bank_account")


OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/v1/bank-accounts",
        id="listBankAccounts",
        tag="Bank accounts",
        summary="List bank accounts",
        scope="read",
        handler=list_page,
        query=OFFSET,
        answers={200: wire.OffsetPageBankAccount},
        codes=LIST_CODES,
    ),
    Operation(
        method="POST",
        path="/v1/bank-accounts",
        id="createBankAccount",
        tag="Bank accounts",
        summary="Create a bank account",
        scope="write",
        handler=create,
        request=wire.KeepBankAccount,
        answers={201: wire.BankAccount},
        codes=WRITE_CODES,
        keyed=True,
    ),
    Operation(
        method="GET",
        path="/v1/bank-accounts/{id}",
        id="getBankAccount",
        tag="Bank accounts",
        summary="Get a bank account",
        scope="read",
        handler=find,
        answers={200: wire.BankAccount},
        codes=READ_CODES,
    ),
    Operation(
        method="PUT",
        path="/v1/bank-accounts/{id}",
        id="updateBankAccount",
        tag="Bank accounts",
        summary="Update a bank account",
        scope="write",
        handler=update,
        request=wire.KeepBankAccount,
        answers={200: wire.BankAccount},
        codes=WRITE_CODES,
        keyed=True,
    ),
    Operation(
        method="DELETE",
        path="/v1/bank-accounts/{id}",
        id="deleteBankAccount",
        tag="Bank accounts",
        summary="Delete a bank account",
        scope="write",
        handler=delete,
        answers={204: None},
        codes=CHANGE_CODES,
        keyed=True,
    ),
    Operation(
        method="GET",
        path="/v1/bank-accounts/{id}/transactions",
        id="listBankTransactions",
        tag="Bank accounts",
        summary="List the transactions of a bank account",
        scope="read",
        handler=transactions,
        query=cursor_parameters(),
        answers={200: wire.CursorPageBankTransaction},
        codes=READ_CODES,
    ),
)
