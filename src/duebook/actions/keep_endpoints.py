"""Webhook endpoints: made, changed, deleted, and their secrets rotated.

A new endpoint is told what later transactions write, and nothing older. To change an endpoint is to enable it again where it was
disabled. While any endpoint listens, `tenants.tells` has the writers keep what each fact looked like. What it does not do: look a host up
(that is done on each delivery, when it counts), or know which events a dialect has.
"""

from collections.abc import Mapping
from secrets import token_bytes
from typing import Any
from uuid import UUID

from duebook.core.endpoint import (
    LONGEST_DESCRIPTION,
    LONGEST_URL,
    MOST_ENDPOINTS,
    OVERLAP,
    Endpoint,
)
from duebook.core.refusal import Refusal, conflict, not_found
from duebook.outbox import secrets as endpoint_secrets
from duebook.outbox.addresses import fault_of_url
from duebook.store import deliveries, endpoints, journal, messages
from duebook.store.journal import Change, Tally
from duebook.store.unit import Unit


async def create_endpoint(
    unit: Unit, *, dialect: str, fields: Mapping[str, Any], allow_private: bool, secret: str | None = None
) -> tuple[Endpoint, bytes] | list[Refusal]:
    """A new endpoint of `fields` (url; description, rate_limit, event_types where given) and its secret.

    `secret`: 32 to 100 characters of base64; None has one made. `allow_private`: http URLs and private addresses are allowed too.
    """
    refusals = _faults(fields, allow_private=allow_private)
    key = token_bytes(endpoint_secrets.BYTES) if secret is None else endpoint_secrets.read(secret)
    if key is None:
        message = "it must be 32 to 100 characters of standard base64 (letters, digits, +, / and = at its end)"
        refusals.append(Refusal("invalid", "format", message, ("secret",)))
    await endpoints.hold(unit)
    numbers = await endpoints.numbers(unit)
    if numbers.there >= MOST_ENDPOINTS:
        message = f"there are {MOST_ENDPOINTS} webhook endpoints already, the most that a company may have: delete one first"
        refusals.append(conflict(path=(), message=message))
    if refusals or key is None:
        return refusals
    endpoint = Endpoint(id=unit.ids.new(), dialect=dialect, url=fields["url"], updated_at=unit.at)._replace(**fields)
    if unit.stores:
        if not numbers.listening:
            await endpoints.skip_the_past(unit)
        await endpoints.insert(unit, endpoint, secret=key)
        await _written(unit, Change("endpoint", endpoint.id, "created", None, endpoint))
    return endpoint, key


async def update_endpoint(
    unit: Unit, *, id: UUID, dialect: str, fields: Mapping[str, Any], allow_private: bool
) -> Endpoint | list[Refusal]:
    """Change the given fields of an endpoint of `dialect`, and let it listen again where it was disabled."""
    refusals = _faults(fields, allow_private=allow_private)
    await endpoints.hold(unit)
    before = await _locked(unit, id, dialect=dialect)
    if isinstance(before, Refusal):
        return [before]
    if refusals:
        return refusals
    after = before._replace(**fields, disabled_at=None, disabled_reason=None)
    if after == before:
        return before
    after = after._replace(updated_at=unit.at)
    if unit.stores:
        if before.disabled_at is not None:
            if not (await endpoints.numbers(unit)).listening:
                await endpoints.skip_the_past(unit)
            await endpoints.enable(unit, id)
        await endpoints.update(unit, after)
        await _written(unit, Change("endpoint", id, "updated", before, after))
    return after


async def rotate_secret(unit: Unit, *, id: UUID, dialect: str) -> bytes | Refusal:
    """A new secret for an endpoint; the one it had signs too for 24 hours. One that was on its way out signs no more."""
    await endpoints.hold(unit)
    before = await _locked(unit, id, dialect=dialect)
    if isinstance(before, Refusal):
        return before
    key = token_bytes(endpoint_secrets.BYTES)
    if unit.stores:
        await endpoints.rotate(unit, id, secret=key, previous_until=unit.at + OVERLAP)
        await _written(unit, Change("endpoint", id, "secret_rotated", before, before))
    return key


async def delete_endpoint(unit: Unit, *, id: UUID, dialect: str) -> Refusal | None:
    """Take an endpoint out. What it has not got yet is given up; its messages can still be read."""
    await endpoints.hold(unit)
    before = await _locked(unit, id, dialect=dialect)
    if isinstance(before, Refusal):
        return before
    if unit.stores:
        await endpoints.delete(unit, id)
        # Of very many the first; nothing is sent of the others either, and a worker gives them up.
        await messages.give_up(unit.connection, tenant_id=unit.tenant.id, endpoint_id=id, reason=messages.GONE, at=unit.at)
        await _written(unit, Change("endpoint", id, "deleted", before, None))
    return None


async def replay_message(unit: Unit, *, id: UUID, dialect: str) -> messages.Message | Refusal:
    """Have a message sent again, with its id and its bytes; one that is not sent yet is tried at once."""
    message = await messages.lock(unit, id, dialect=dialect)
    if message is None:
        return not_found(path=(), message=f"no message has the id {id}")
    if message.readable(unit.at) is None:
        return conflict(path=(), message=f"this message is older than {messages.KEPT.days} days: its payload is no longer kept")
    endpoint = await endpoints.read(unit.connection, tenant_id=unit.tenant.id, id=message.endpoint_id)
    if endpoint is None:
        return conflict(path=(), message="the endpoint of this message was deleted: there is nowhere to send it")
    if endpoint.disabled_at is not None:
        return conflict(path=(), message="the endpoint of this message is disabled: update it, which enables it again, then replay")
    if unit.stores:
        await messages.replay(unit, id)
        await deliveries.announce(unit.connection, tenant_id=unit.tenant.id)
        await journal.append(unit, [Change("message", id, "replayed", None, None)], Tally())
    return message


async def _locked(unit: Unit, id: UUID, *, dialect: str) -> Endpoint | Refusal:
    endpoint = await endpoints.lock(unit, id)
    if endpoint is None or endpoint.dialect != dialect:
        return not_found(path=(), message=f"no webhook endpoint has the id {id}")
    return endpoint


async def _written(unit: Unit, change: Change) -> None:
    """Journal a change of endpoints; have the writers know whether anybody listens, and the workers what has changed."""
    await endpoints.set_tells(unit, tells=(await endpoints.numbers(unit)).listening > 0)
    await deliveries.announce(unit.connection, tenant_id=unit.tenant.id)
    await journal.append(unit, [change], Tally())


def _faults(fields: Mapping[str, Any], *, allow_private: bool) -> list[Refusal]:
    """What the given fields cannot be. Their types are the form's concern."""
    faults: list[Refusal] = []
    url: str | None = fields.get("url")
    description: str | None = fields.get("description")
    if url is not None:
        if len(url) > LONGEST_URL:
            faults.append(Refusal("invalid", "too_long", f"it is longer than {LONGEST_URL} characters", ("url",)))
        elif (why := fault_of_url(url, allow_private=allow_private)) is not None:
            faults.append(Refusal("invalid", "format", f"no webhook can be sent there: {why}", ("url",)))
    if description is not None and len(description) > LONGEST_DESCRIPTION:
        faults.append(Refusal("invalid", "too_long", f"it is longer than {LONGEST_DESCRIPTION} characters", ("description",)))
    return faults
