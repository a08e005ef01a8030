"""Keys, attempts and scopes, without a socket."""

from __future__ import annotations

import datetime as dt

import pytest

from lynxalert.access import Key, Role, mint
from lynxalert.access.attempts import MOST, PERIOD, Attempts
from lynxalert.access.doorkeeper import Doorkeeper, StrangerError, TooManyTriesError
from tests.fakes import EPOCH, FakeClock

SECOND = dt.timedelta(seconds=1)


def house(**fields: object) -> tuple[Doorkeeper, FakeClock, Key, str]:
    clock = FakeClock()
    doorkeeper = Doorkeeper(clock)
    key, text = mint("ada", Role.MEMBER, clock.now(), **fields)  # type: ignore[arg-type]
    doorkeeper.keyring.put([key])
    return doorkeeper, clock, key, text


async def test_a_key_says_who_asks_and_its_text_is_kept_nowhere() -> None:
    doorkeeper, clock, key, text = house()
    actor = await doorkeeper.identify(["odd", text], "10.0.0.1")
    assert (actor.name, actor.role, actor.key_id) == ("ada", Role.MEMBER, key.id)
    assert doorkeeper.used == {key.id: clock.now()}
    assert text[-43:] not in repr(vars(doorkeeper.keyring))


async def test_a_key_ends_at_its_instant_and_when_it_is_revoked_though_it_is_remembered() -> None:
    doorkeeper, clock, key, text = house(expires_at=EPOCH + SECOND)
    await doorkeeper.identify([text], "a")
    clock.tick(SECOND)
    with pytest.raises(StrangerError, match="expired"):
        await doorkeeper.identify([text], "a")
    doorkeeper, clock, key, text = house()
    await doorkeeper.identify([text], "a")
    doorkeeper.keyring.drop(key.id)
    with pytest.raises(StrangerError, match="not accepted"):
        await doorkeeper.identify([text], "a")


async def test_wrong_keys_have_to_wait_and_those_that_were_good_do_not() -> None:
    doorkeeper, clock, _, text = house()
    await doorkeeper.identify([text], "proxy")
    for _ in range(MOST):
        with pytest.raises(StrangerError):
            await doorkeeper.identify(["lx_wrong"], "proxy")
    with pytest.raises(TooManyTriesError) as raised:
        await doorkeeper.identify(["lx_wrong"], "proxy")
    assert raised.value.seconds == 60
    assert (await doorkeeper.identify([text], "proxy")).name == "ada"
    with pytest.raises(StrangerError):
        await doorkeeper.identify(["lx_wrong"], "elsewhere")
    clock.tick(PERIOD)
    with pytest.raises(StrangerError):
        await doorkeeper.identify(["lx_wrong"], "proxy")


def test_an_ipv6_network_counts_as_one_and_a_clock_set_back_locks_nobody_out() -> None:
    attempts = Attempts()
    for last in range(MOST):
        attempts.fail(f"2001:db8::{last}", EPOCH)
    assert attempts.wait("2001:db8::ffff", EPOCH) == 60
    assert attempts.wait("2001:db8:0:1::1", EPOCH) is None
    assert attempts.wait("2001:db8::1", EPOCH - dt.timedelta(days=1)) is None


def test_a_scope_is_patterns() -> None:
    key, _ = mint("web", Role.INGEST, EPOCH, indexes=("web*",), sources=("nginx", "app-?"))
    actor = key.actor(None)
    assert actor.may_send("web-eu", "app-1")
    assert not actor.may_send("main", "nginx")
    assert not actor.may_send("web", "Nginx")
