"""What becomes of a call at each of its waits, on connections that do as they are told."""

from __future__ import annotations

import asyncio
import gc
import weakref
from concurrent.futures import BrokenExecutor, CancelledError, Future

import pytest

from dashboard.cluster.call import Call, Interrupted, PatientWork
from dashboard.cluster.dispatcher import Dispatcher
from workers.runtime.passes import Unreachable

SOON_S = 10


class Calls:
    """Runs calls by hand: each waits for what is set in `answers`."""

    def __init__(self):
        self.answers, self.stopped = [], 0

    async def run(self, call):
        call.attempts += 1
        self.answers.append(asyncio.get_running_loop().create_future())
        try:
            return await self.answers[-1]
        except asyncio.CancelledError:
            self.stopped += 1
            raise


class FakeConnection:
    def __init__(self, workers=1):
        self.workers, self.refusal, self.trouble, self.is_closed = workers, "", "", False
        self.calls, self._lost = Calls(), asyncio.Event()

    async def threads(self):
        return {f"tcp://{n}": 2 for n in range(self.workers)}

    async def examine(self, addresses):
        return self.refusal

    async def wait_lost(self, seconds):
        await asyncio.wait([asyncio.ensure_future(self._lost.wait())], timeout=0.01)

    def lose(self, why):
        self.trouble = self.trouble or why or "lost"
        self._lost.set()
        for answer in self.calls.answers:
            if not answer.done():
                answer.set_exception(Interrupted())

    async def close(self):
        self.is_closed = True


class House:
    """A dispatcher, and the connections that it has opened."""

    def __init__(self, ways, *, runs_again=False, worker_deadline=30.0):
        self.ways, self.opened = iter(ways), []
        self.dispatcher = Dispatcher(
            self._open, runs_again=runs_again, worker_deadline=worker_deadline
        )

    async def _open(self):
        way = next(self.ways)
        if isinstance(way, Exception):
            raise way
        self.opened.append(await way if asyncio.isfuture(way) else way)
        return self.opened[-1]

    async def __aenter__(self):
        self._serving = asyncio.create_task(self.dispatcher.serve())
        return self

    async def __aexit__(self, *_):
        self.dispatcher.end()
        await asyncio.wait_for(self._serving, SOON_S)

    def call(self, patience=None, report=None):
        call = Call((abs, (), {}), report, Future(), patience)
        call.future.add_done_callback(
            lambda _: asyncio.get_running_loop().call_soon(self.dispatcher.drop, call)
        )
        self.dispatcher.begin(call)
        return call

    @property
    def calls(self):
        return self.dispatcher._calls


async def until(truth):
    async def wait():
        while not truth():  # noqa: ASYNC110 - as a test sees it from outside
            await asyncio.sleep(0.001)

    await asyncio.wait_for(wait(), SOON_S)


async def sent(connection, number=1):
    await until(lambda: len(connection.calls.answers) >= number)


def of_work(house, tell=str):
    return PatientWork(tell, "", house.dispatcher.cluster.losses)


def run(scenario):
    asyncio.run(asyncio.wait_for(scenario, 2 * SOON_S))


def test_a_call_is_answered_and_nothing_is_left_of_it():
    async def scenario():
        async with House([connection := FakeConnection()]) as house:
            call = house.call()
            await sent(connection)
            connection.calls.answers[0].set_result(("result", 32))

            await until(call.future.done)

            assert call.future.result() == 32
            await until(lambda: not house.calls)
            assert connection.calls.stopped == 0
        assert connection.is_closed
        assert house.dispatcher.cluster.state == "closed"

    run(scenario())


@pytest.mark.parametrize("where", ["opening", "workers", "running"])
def test_who_is_cancelled_leaves_nothing_behind_wherever_it_waits(where):
    async def scenario():
        connection = FakeConnection(workers=0 if where == "workers" else 1)
        opening = asyncio.get_running_loop().create_future()
        async with House([opening if where == "opening" else connection]) as house:
            call = house.call()
            if where == "running":
                await sent(connection)
            await asyncio.sleep(0.02)

            assert call.future.cancel()

            await until(lambda: not house.calls)
            assert connection.calls.stopped == (where == "running")
            assert house.calls == set()

    run(scenario())


def test_a_settled_call_that_never_began_is_not_begun():
    async def scenario():
        async with House([FakeConnection()]) as house:
            future = Future()
            future.cancel()
            house.dispatcher.begin(Call((abs, (), {}), None, future))

            assert not house.calls

    run(scenario())


@pytest.mark.parametrize("runs_again", [True, False])
def test_a_lost_connection_fails_what_is_under_way_or_has_it_run_again(runs_again):
    async def scenario():
        again, ways = [], [FakeConnection(), FakeConnection()]

        def report(fraction):
            raise AssertionError

        report.again = again.append
        async with House(ways, runs_again=runs_again) as house:
            call = house.call(report=report)
            await sent(ways[0])
            ways[0].lose("gone")
            if runs_again:
                await sent(ways[1])
                ways[1].calls.answers[0].set_result(("result", 7))
            await until(call.future.done)

            if runs_again:
                assert call.future.result() == 7
                assert again == ["gone"]
            else:
                assert isinstance(call.future.exception(), Unreachable)
                assert str(call.future.exception()) == "gone"
            await until(lambda: ways[0].is_closed)

    run(scenario())


def test_a_loss_of_which_only_a_call_knows_is_a_loss():
    """The watch looks twice a second; a call is told by Dask at once."""

    async def scenario():
        first, second = FakeConnection(), FakeConnection()
        async with House([first, second]) as house:
            call = house.call()
            await sent(first)
            first.trouble = "The connection is lost."
            first.calls.answers[0].set_exception(Interrupted())

            await until(call.future.done)

            assert str(call.future.exception()) == "The connection is lost."
            await until(lambda: house.dispatcher.cluster.connection is second)
            assert house.dispatcher.cluster.losses == 1

    run(scenario())


def test_what_was_lost_on_the_way_is_sent_again_but_not_for_ever():
    async def scenario():
        async with House([connection := FakeConnection()]) as house:
            call = house.call()
            for attempt in range(1, 6):
                await sent(connection, attempt)
                connection.calls.answers[-1].set_exception(Interrupted())

            await until(call.future.done)

            assert "given up: 5 workers were lost" in str(call.future.exception())
            assert len(connection.calls.answers) == 5

    run(scenario())


def test_a_call_between_two_tries_fails_at_once_and_one_during_a_try_waits_for_it():
    async def scenario():
        opening = asyncio.get_running_loop().create_future()
        async with House([OSError("no way"), opening]) as house:
            early = house.call()
            await until(early.future.done)
            late = house.call()
            await until(late.future.done)
            await until(lambda: house.dispatcher.cluster.is_within_reach)
            waiting = house.call()
            await asyncio.sleep(0.02)

            assert [str(each.future.exception()) for each in (early, late)] == ["no way"] * 2
            assert house.dispatcher.cluster.state == "lost: no way"
            assert not waiting.future.done()
            opening.set_result(connection := FakeConnection())
            await sent(connection)
            connection.calls.answers[0].set_result(("result", 1))
            await until(waiting.future.done)

    run(scenario())


@pytest.mark.parametrize("runs_again", [True, False])
def test_a_patient_work_ends_with_its_scheduler_and_the_next_waits(runs_again):
    async def scenario():
        opening = asyncio.get_running_loop().create_future()
        first, second = FakeConnection(), FakeConnection()
        async with House([first, opening], runs_again=runs_again) as house:
            await until(lambda: house.dispatcher.cluster.connection)
            before = of_work(house)
            first.lose("gone")
            await until(lambda: not house.dispatcher.cluster.connection)

            old, new = house.call(before), house.call(of_work(house))
            await asyncio.sleep(0.02)

            assert old.future.done() is not runs_again
            assert not new.future.done()
            opening.set_result(second)
            await sent(second, 1 + runs_again)
            for answer in second.calls.answers:
                answer.set_result(("result", 1))
            await until(new.future.done)

    run(scenario())


def test_without_workers_one_fails_in_time_and_a_patient_work_is_told_once():
    async def scenario():
        told = []
        async with House([connection := FakeConnection(0)], worker_deadline=0.05) as house:
            patience = of_work(house, told.append)
            waiting = [house.call(patience) for _ in range(3)]
            impatient = house.call()
            await until(impatient.future.done)
            await asyncio.sleep(0.1)

            assert "No Dask worker" in str(impatient.future.exception())
            assert len(told) == 1
            connection.workers = 2
            await sent(connection, 3)
            assert house.dispatcher.cluster.state == "ready: 2 workers, 4 threads"
            connection.workers = 0  # what is under way counts, too
            await until(lambda: len(told) == 2)
            for each in waiting:
                each.future.cancel()

    run(scenario())


def test_a_teller_that_fails_fails_its_call_and_no_other():
    async def scenario():
        def tell(sentence):
            raise LookupError("no such view")

        async with House([FakeConnection(0)], worker_deadline=0.05) as house:
            told, other = house.call(of_work(house, tell)), house.call(of_work(house))
            await until(told.future.done)

            assert isinstance(told.future.exception(), LookupError)
            assert not other.future.done()
            other.future.cancel()

    run(scenario())


def test_workers_that_do_not_fit_fail_what_waits_and_what_is_under_way():
    async def scenario():
        async with House([connection := FakeConnection()]) as house:
            running = house.call()
            await sent(connection)
            connection.refusal = "The worker has other kernels."
            await until(running.future.done)
            later = house.call()
            await until(later.future.done)

            for each in (running, later):
                assert isinstance(each.future.exception(), BrokenExecutor)
                assert str(each.future.exception()) == connection.refusal
            await until(lambda: connection.calls.stopped == 1)
            connection.refusal = ""
            await until(lambda: house.dispatcher.cluster.state.startswith("ready"))

    run(scenario())


@pytest.mark.parametrize("error", [CancelledError(), ValueError("no such axis")])
def test_what_a_kernel_raises_settles_its_future(error):
    async def scenario():
        async with House([connection := FakeConnection()]) as house:
            call = house.call()
            await sent(connection)
            connection.calls.answers[0].set_exception(error)
            await until(call.future.done)

            if isinstance(error, CancelledError):
                assert call.future.cancelled()
            else:
                assert call.future.exception() is error

    run(scenario())


def test_who_ends_while_it_opens_does_not_wait_for_it():
    async def scenario():
        opening = asyncio.get_running_loop().create_future()
        async with House([opening]) as house:
            await asyncio.sleep(0.02)

        assert opening.cancelled()
        assert house.dispatcher.cluster.state == "closed"

    run(scenario())


def test_who_keeps_the_future_keeps_nothing_of_the_call():
    class Volume:
        pass

    async def scenario():
        volume = Volume()
        alive = weakref.ref(volume)
        async with House([connection := FakeConnection()]) as house:
            call = house.call()
            call.work = (abs, (volume,), {})
            future = call.future
            await sent(connection)
            connection.calls.answers[0].set_exception(ValueError("no such axis"))
            await until(lambda: not house.calls)
            call.forget()
            del call, volume
            gc.collect()

            assert alive() is None
            assert future.exception()

    run(scenario())
