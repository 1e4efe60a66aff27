"""Calls over one connection to a client that does as it is told: each wait, cut short."""

from __future__ import annotations

import asyncio
from concurrent.futures import BrokenExecutor, CancelledError, Future
from types import SimpleNamespace

import numpy as np
import pytest
from distributed.client import FutureCancelledError
from distributed.comm import CommClosedError
from distributed.scheduler import KilledWorker, NoWorkerError

from dashboard.cluster import running_calls
from dashboard.cluster.call import Call, Interrupted, Lost, PatientWork
from dashboard.cluster.connection import Connection

PATIENT = PatientWork(str, "/data", 0)
BIG = 1_000_000


class Client:
    """Answers by hand."""

    id, status = "client", "running"

    def __init__(self):
        self.scheduler_comm = object()
        self.scattered, self.submitted, self.cancelled = [], [], []

    def subscribe_topic(self, topic, handler):
        self.tell = lambda *said: handler((0, said))

    async def scatter(self, value, **how):
        self.scattered.append(asyncio.get_running_loop().create_future())
        return await self.scattered[-1]

    def submit(self, kernel, *args, key, pure, priority, resources=None):
        held = asyncio.get_running_loop().create_future()
        answer = SimpleNamespace(
            result=lambda: held, held=held, key=key, args=args, resources=resources
        )
        self.submitted.append(answer)
        return answer

    async def cancel(self, futures):
        self.cancelled += futures


class Process:
    """A compute process of ours."""

    returncode = None

    def __init__(self):
        self.killed = []

    def kill_worker(self, pid):
        self.killed.append(pid)


def call_of(*args, patience=None, report=None):
    return Call((len, args, {}), report, Future(), patience)


def a_shared_array():
    array = np.zeros(BIG, np.uint8)
    array.flags.writeable = False
    return array


def play(scenario):
    async def run():
        connection = Connection(Client(), Process())
        await asyncio.wait_for(scenario(connection, connection.client), 10)

    asyncio.run(run())


async def begun(connection, call):
    """A task that runs a call, as far as it comes by itself."""
    task = asyncio.create_task(connection.calls.run(call))
    await settle()
    return task


async def settle():
    for _ in range(20):
        await asyncio.sleep(0)


def test_an_answer_comes_and_nothing_is_left():
    async def scenario(connection, client):
        task = await begun(connection, call_of([1, 2]))
        client.submitted[0].held.set_result(("result", 2))

        assert await task == ("result", 2)
        assert connection.calls.running == {}
        assert client.cancelled == []

    play(scenario)


@pytest.mark.parametrize("where", ["sending", "running"])
def test_a_lost_connection_interrupts_at_once(where):
    async def scenario(connection, client):
        task = await begun(connection, call_of(np.zeros(BIG) if where == "sending" else 1))
        connection.lose("gone")

        with pytest.raises(Interrupted):
            await task
        assert connection.calls.running == {}
        assert all(each.cancelled() for each in client.scattered)
        assert connection.trouble == "gone"

    play(scenario)


def test_nothing_is_sent_over_a_connection_that_was_lost_meanwhile():
    async def scenario(connection, client):
        task = await begun(connection, call_of(np.zeros(BIG)))
        client.scheduler_comm = object()  # Dask has connected anew by itself
        client.scattered[0].set_result("held")

        with pytest.raises(Interrupted):
            await task
        assert client.submitted == []

    play(scenario)


@pytest.mark.parametrize(
    "error", [TimeoutError("no worker"), CommClosedError("gone"), CancelledError()]
)
def test_arrays_that_nobody_takes_interrupt_and_are_sent_anew(error):
    async def scenario(connection, client):
        array = a_shared_array()
        first = await begun(connection, call_of(array))
        client.scattered[0].set_exception(error)
        with pytest.raises(Interrupted):
            await first

        again = await begun(connection, call_of(array))
        client.scattered[1].set_result("held")
        await settle()
        client.submitted[0].held.set_result(("result", 1))

        assert await again == ("result", 1)

    play(scenario)


def test_who_is_cancelled_takes_no_array_from_another():
    async def scenario(connection, client):
        array = a_shared_array()
        one, other = [await begun(connection, call_of(array)) for _ in range(2)]
        one.cancel()
        await settle()
        client.scattered[0].set_result("held")
        await settle()
        client.submitted[0].held.set_result(("result", 1))

        assert await other == ("result", 1)
        assert one.cancelled()
        assert len(client.scattered) == len(client.submitted) == 1

    play(scenario)


@pytest.mark.parametrize("ends", [True, False])
def test_who_is_cancelled_has_its_kernel_stopped_and_its_worker_killed_if_it_goes_on(
    ends, monkeypatch
):
    monkeypatch.setattr(running_calls, "GRACE_S", 0.05)

    async def scenario(connection, client):
        task = await begun(connection, call_of(1))
        key = client.submitted[0].key
        client.tell(key, "pid", 4711)
        task.cancel()
        await settle()
        assert client.cancelled == client.submitted
        assert connection.process.killed == []
        if ends:
            client.tell(key, "ended", None)
        await asyncio.sleep(0.1)

        assert connection.process.killed == ([] if ends else [4711])
        assert connection.calls.running == {}

    play(scenario)


def test_a_kernel_of_a_lost_connection_is_not_stopped_over_it(monkeypatch):
    monkeypatch.setattr(running_calls, "GRACE_S", 0.01)

    async def scenario(connection, client):
        task = await begun(connection, call_of(1))
        connection.process.returncode = -9
        task.cancel()
        await asyncio.sleep(0.05)

        assert client.cancelled == []
        assert connection.calls.running == {}

    play(scenario)


@pytest.mark.parametrize(
    "error", [FutureCancelledError(key="k", reason=None), CommClosedError("gone")]
)
def test_an_answer_that_is_lost_interrupts(error):
    async def scenario(connection, client):
        task = await begun(connection, call_of(1))
        client.submitted[0].held.set_exception(error)

        with pytest.raises(Interrupted):
            await task

    play(scenario)


def test_what_dask_cancels_by_itself_does_not_look_like_a_wish_of_ours():
    async def scenario(connection, client):
        task = await begun(connection, call_of(1))
        client.submitted[0].held.cancel()

        with pytest.raises(Interrupted):
            await task

    play(scenario)


@pytest.mark.parametrize("patience", [PATIENT, None])
@pytest.mark.parametrize(
    ("error", "said", "attempts"),
    [
        (KilledWorker("k", SimpleNamespace(address="tcp://one"), 4), "died again and again", 3),
        (NoWorkerError("k", 30), "No Dask worker came within 30 s", 0),
    ],
)
def test_what_dask_gives_up_fails_and_a_patient_work_begins_anew(patience, error, said, attempts):
    async def scenario(connection, client):
        call = call_of(1, patience=patience)
        call.attempts = 2
        task = await begun(connection, call)
        client.submitted[0].held.set_exception(error)

        with pytest.raises(Interrupted if patience else BrokenExecutor) as raised:
            await task
        assert patience or said in str(raised.value)
        assert call.attempts == attempts

    play(scenario)


def test_an_error_of_the_kernel_is_its_own_whatever_it_is():
    async def scenario(connection, client):
        task = await begun(connection, call_of(1))
        client.submitted[0].held.set_exception(FileNotFoundError("no such mask"))

        with pytest.raises(FileNotFoundError, match="no such mask"):
            await task

    play(scenario)


def test_a_report_is_heard_while_somebody_waits_and_one_that_fails_ends_it():
    def report(fraction):
        heard.append(fraction)
        if fraction > 0.5:
            raise LookupError("no such view")

    heard = []

    async def scenario(connection, client):
        call = call_of(1, report=report)
        task = await begun(connection, call)
        for fraction in (0.1, 0.6, 0.7):
            client.tell(client.submitted[0].key, "report", fraction)
        client.tell("of another", "report", 0.2)

        assert heard == [0.1, 0.6]
        assert isinstance(call.future.exception(), LookupError)
        task.cancel()

    play(scenario)


def test_a_call_that_is_settled_before_it_is_sent_is_not_sent():
    async def scenario(connection, client):
        call = call_of(np.zeros(BIG))
        task = await begun(connection, call)
        call.forget()
        client.scattered[0].set_result("held")

        with pytest.raises(Interrupted):
            await task
        assert client.submitted == []

    play(scenario)


def test_a_question_ends_with_the_connection_in_time_or_with_who_asks():
    async def scenario(connection, client):
        asked = []

        async def silence():
            asked.append(asyncio.current_task())
            await asyncio.sleep(60)

        with pytest.raises(TimeoutError, match="within 0 s"):
            await connection.answer(silence(), 0.01)
        asking = [asyncio.create_task(connection.answer(silence(), 60)) for _ in range(2)]
        await settle()
        asking[0].cancel()
        connection.lose("gone")
        found = await asyncio.gather(*asking, return_exceptions=True)

        assert isinstance(found[0], asyncio.CancelledError)
        assert (type(found[1]), str(found[1])) == (Lost, "gone")
        await settle()
        assert all(each.cancelled() for each in asked)

    play(scenario)


def test_a_kernel_that_gives_in_or_is_unknown_settles_its_call():
    for how, error, said in [
        ("cancelled", CancelledError, ""),
        ("unknown", BrokenExecutor, "do not know this kernel (no such module)"),
        ("blind", BrokenExecutor, "A Dask worker on no such module does not see /data"),
    ]:
        call = call_of(1, patience=PATIENT)
        with pytest.raises(error) as raised:
            call.settle(how, "no such module")
        assert said in str(raised.value)
