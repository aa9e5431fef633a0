"""The gate: many beside each other, or one alone."""

import asyncio

import pytest

from duebook.jobs.gate import Crowded, Gate


async def test_many_are_inside_beside_each_other():
    gate = Gate()
    async with gate.beside(), asyncio.timeout(1), gate.beside():
        pass


async def test_who_is_alone_waits_for_those_inside_and_holds_up_those_who_come_later():
    gate, order = Gate(), list[str]()

    async def alone() -> None:
        async with gate.alone(patience=5):
            order.append("alone")
            await asyncio.sleep(0.01)
            order.append("left")

    async def later() -> None:
        async with gate.beside():
            order.append("later")

    async with gate.beside():
        first = asyncio.create_task(alone())
        await asyncio.sleep(0)
        second = asyncio.create_task(later())
        await asyncio.sleep(0.01)
        assert order == []
    await asyncio.gather(first, second)
    assert order == ["alone", "left", "later"]


@pytest.mark.parametrize("kind", ["beside", "alone"])
async def test_who_cannot_be_alone_in_time_is_told_and_leaves_the_gate_open(kind: str):
    gate = Gate()
    async with gate.beside() if kind == "beside" else gate.alone(patience=1):
        with pytest.raises(Crowded):
            async with gate.alone(patience=0.01):
                pytest.fail("somebody else is inside")
        if kind == "beside":
            async with asyncio.timeout(1), gate.beside():
                pass
    async with gate.alone(patience=0.01):
        pass


async def test_what_is_raised_inside_leaves_the_gate_open():
    gate = Gate()
    for way in (gate.beside, lambda: gate.alone(patience=1)):
        with pytest.raises(ZeroDivisionError):
            async with way():
                raise ZeroDivisionError
    async with gate.alone(patience=0.01):
        pass


async def test_whoever_is_cut_off_while_waiting_leaves_the_gate_open():
    gate = Gate()
    async with gate.beside():
        waiting = asyncio.create_task(gate.alone(patience=5).__aenter__())
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        async with asyncio.timeout(1), gate.beside():
            pass
