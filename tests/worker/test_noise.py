# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whatever lies in the broker, workers go on: what they cannot read is dropped and logged."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from config.queue import QUEUE
from config.settings import Settings
from portal.core import clock
from tests.worker.conftest import POOLS, Bench, Broker, Program, StartWorker, wait_for
from tests.worker.noise import SECRET, call, unreadable
from worker.bell import ARGUMENTS, LONGEST_BYTES, read_message

SOON_SECONDS = 10
NOISE = list(unreadable())
OF_KOMBU = (
    "unacked",
    "unacked_index",
    "_kombu.binding.sportelli",
    "_kombu.binding_permanent.sportelli",
)


@pytest.mark.parametrize("name", [name for name, _message in NOISE])
def test_celery_sees_no_word_of_what_was_found(name: str) -> None:
    read = read_message(dict(NOISE)[name]) or b""
    assert SECRET.encode() not in read
    assert len(read) < 1000


def test_our_own_are_read() -> None:
    job_id = uuid4()
    assert str(job_id) in _arguments(call(str(job_id)))
    assert _arguments(call(task="open_due_and_notify")) == "[[], {}, {}]"
    wrong = [call(), call(str(job_id), "x"), call("x"), call(str(job_id), x=1)]
    wrong += [call(str(job_id), task="open_due_and_notify"), call(str(job_id), task="os.system")]
    assert [read_message(json.dumps(each).encode()) for each in wrong] == [None] * len(wrong)
    assert set(ARGUMENTS) == {"do_job", "open_due_and_notify"}


def test_a_message_longer_than_any_of_ours_is_not_even_parsed() -> None:
    """Parsed, some hundred megabytes of brackets are as many gigabytes of memory."""
    long = call(str(uuid4()))
    for padding, read in ((0, True), (LONGEST_BYTES, False)):
        long["headers"]["more"] = "x" * padding
        assert bool(read_message(json.dumps(long).encode())) is read


def test_a_message_that_waited_too_long_is_not_read() -> None:
    for minutes, read in ((-1, False), (1, True)):
        late = call(str(uuid4()))
        late["headers"]["expires"] = (clock.now() + timedelta(minutes=minutes)).isoformat()
        assert bool(read_message(json.dumps(late).encode())) is read


def _arguments(message: dict[str, Any]) -> str:
    read = read_message(json.dumps(message).encode())
    assert read
    return base64.b64decode(json.loads(read)["body"]).decode()


def dropped(worker: Program) -> int:
    return worker.written().count('"message dropped"')


@pytest.mark.long
@pytest.mark.parametrize("pool", POOLS)
def test_a_worker_drops_every_kind_and_goes_on(
    settings: Settings,
    broker: Broker,
    start_worker: StartWorker,
    bench: Bench,
    pool: tuple[str],
    record_property: Callable[[str, str], None],
) -> None:
    worker = start_worker(*pool)
    refused = [name for name, message in NOISE if read_message(message) is None]
    with broker.client() as client:
        for _name, message in NOISE:
            client.lpush(QUEUE, message)
        wait_for(lambda: client.llen(QUEUE) == 0, seconds=60)
    seconds = bench.seconds()
    assert worker.is_alive()
    assert dropped(worker) == len(refused)
    assert "Segreta" not in worker.written()
    record_property(
        "summary",
        f"{pool[1]}: {len(NOISE)} kinds, {len(refused)} dropped, works in {seconds:.1f} s",
    )


@pytest.mark.long
def test_a_worker_starts_over_noise_and_keys_of_other_kinds(
    settings: Settings, broker: Broker, start_worker: StartWorker, bench: Bench
) -> None:
    with broker.client() as client:
        for key in OF_KOMBU:
            client.set(key, SECRET)
        client.lpush(QUEUE, *(message for _name, message in NOISE[:5]))
    worker = start_worker()
    assert bench.seconds() < SOON_SECONDS
    with broker.client() as client:
        client.delete(QUEUE)
        client.set(QUEUE, SECRET)  # no list: each look at it is an error
        wait_for(lambda: not client.exists(QUEUE), seconds=SOON_SECONDS)
        assert bench.seconds() < SOON_SECONDS
        orders = {"method": "shutdown", "arguments": {}, "destination": None}
        assert client.publish("/0.celery.pidbox", json.dumps(orders)) == 0, "nobody takes orders"
    assert worker.is_alive()


@pytest.mark.long
def test_nothing_but_the_one_list_is_kept_in_the_broker(
    app: Flask, settings: Settings, broker: Broker, start_worker: StartWorker, bench: Bench
) -> None:
    start_worker()
    bench.seconds()
    with broker.client() as client:
        assert client.keys() == []
