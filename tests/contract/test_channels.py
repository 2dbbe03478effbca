"""Every channel keeps the promise that is written at its port, on a real server of its kind.

A new channel is held to it from its first line: the suite fails until the channel has a bench here.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest

from services.notify.gateways import CHANNELS, Gateway, offered
from services.notify.rules.contacts import ContactPoint
from services.notify.rules.messages import Message
from services.notify.settings import MailSettings
from shared.errors import OutsideError, RefusedError
from shared.words import Channel, PersonId, Role
from tests.mail import a_mail_server

MESSAGE = Message("Une tâche vous est proposée : été, ça va", "Sans votre oui, rien.", "/dispatch/")


@dataclass
class Bench:
    """A channel with the other side in the hands of the test.

    `arrived` lists the keys by which a reader recognises messages. `refuse`, `busy` and `leave`
    make the other side refuse the next address, ask to come back, or go away; None where the
    channel has no other side that could.
    """

    gateway: Gateway
    arrived: Callable[[], Sequence[UUID]] | None = None
    words: Callable[[], str] | None = None
    refuse: Callable[[], None] | None = None
    busy: Callable[[], None] | None = None
    leave: Callable[[], Awaitable[None]] | None = None


# --- benches: the other side of each channel, in the hands of the test ---


@asynccontextmanager
async def inbox_bench() -> AsyncIterator[Bench]:
    """The inbox has no other side: its message is the delivery's own row."""
    yield Bench(offered(MailSettings())[Channel.INBOX])


@asynccontextmanager
async def email_bench() -> AsyncIterator[Bench]:
    async with a_mail_server() as mailbox:
        gateway = offered(mail_settings(mailbox.port))[Channel.EMAIL]

        def keys() -> list[UUID]:
            found = [str(letter["Message-ID"]) for letter in mailbox.messages]
            return [UUID(key.strip("<>").partition("@")[0]) for key in found]

        def words() -> str:
            letter = mailbox.messages[-1]
            return f"{letter['Subject']} {letter.get_content()}"

        async def leave() -> None:
            mailbox.close()

        yield Bench(
            gateway,
            keys,
            words,
            refuse=lambda: mailbox.answers.append("550 no such user"),
            busy=lambda: mailbox.answers.append("451 come back"),
            leave=leave,
        )


BENCHES: dict[Channel, Callable[[], AbstractAsyncContextManager[Bench]]] = {
    Channel.INBOX: inbox_bench,
    Channel.EMAIL: email_bench,
}


@pytest.fixture(params=[channel.name for channel in CHANNELS])
async def bench(request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    async with BENCHES[request.param]() as made:
        yield made


def mail_settings(port: int | None) -> MailSettings:
    return MailSettings(
        smtp_host="127.0.0.1" if port else None,
        smtp_port=port or 25,
        smtp_starttls=False,
        smtp_from="Relais <relais@relais.test>",
        smtp_timeout_s=5,
        public_url="https://relais.test",
    )


def somebody(email: str | None = "amina@raq.test") -> ContactPoint:
    return ContactPoint(PersonId(uuid4()), Role.WORKER, "fr", email, (Channel.INBOX, Channel.EMAIL))


def address(gateway: Gateway) -> str:
    found = gateway.address_of(somebody())
    assert found is not None
    return found


def test_every_channel_of_the_field_has_a_gateway_and_a_bench() -> None:
    assert {channel.name for channel in CHANNELS} == set(Channel) == set(BENCHES)


def test_a_channel_without_its_settings_is_not_offered() -> None:
    assert set(offered(mail_settings(None))) == {Channel.INBOX}
    assert set(offered(mail_settings(25))) == {Channel.INBOX, Channel.EMAIL}


def test_somebody_without_an_address_has_none() -> None:
    assert offered(mail_settings(25))[Channel.EMAIL].address_of(somebody(email=None)) is None


async def test_a_message_arrives_with_its_words_and_its_key(bench: Bench) -> None:
    key = uuid4()

    await bench.gateway.deliver(MESSAGE, address(bench.gateway), key)

    if bench.arrived is not None and bench.words is not None:
        assert list(bench.arrived()) == [key]
        assert MESSAGE.subject in bench.words()
        assert MESSAGE.body in bench.words()


async def test_a_message_sent_twice_is_recognisable_as_one(bench: Bench) -> None:
    key = uuid4()

    for _ in range(2):
        await bench.gateway.deliver(MESSAGE, address(bench.gateway), key)

    if bench.arrived is not None:
        assert set(bench.arrived()) == {key}


async def test_an_address_that_is_refused_is_a_refusal(bench: Bench) -> None:
    if bench.refuse is None:
        return
    bench.refuse()

    with pytest.raises(RefusedError):
        await bench.gateway.deliver(MESSAGE, address(bench.gateway), uuid4())


async def test_a_server_that_asks_to_come_back_is_away_and_then_takes_it(bench: Bench) -> None:
    if bench.busy is None or bench.arrived is None:
        return
    bench.busy()
    key = uuid4()

    with pytest.raises(OutsideError):
        await bench.gateway.deliver(MESSAGE, address(bench.gateway), key)
    await bench.gateway.deliver(MESSAGE, address(bench.gateway), key)

    assert list(bench.arrived()) == [key]


async def test_a_server_that_does_not_answer_is_away(bench: Bench) -> None:
    if bench.leave is None:
        return
    await bench.leave()

    with pytest.raises(OutsideError):
        await bench.gateway.deliver(MESSAGE, address(bench.gateway), uuid4())


async def test_mail_leads_to_where_one_can_act() -> None:
    async with a_mail_server() as mailbox:
        gateway = offered(mail_settings(mailbox.port))[Channel.EMAIL]

        await gateway.deliver(MESSAGE, "amina@raq.test", uuid4())

        assert "https://relais.test/dispatch/" in mailbox.messages[0].get_content()
        assert mailbox.messages[0]["Auto-Submitted"] == "auto-generated"


async def test_mail_is_not_sent_in_clear_where_encryption_is_asked_for() -> None:
    async with a_mail_server() as mailbox:
        settings = mail_settings(mailbox.port).model_copy(update={"smtp_starttls": True})

        with pytest.raises(OutsideError):
            await offered(settings)[Channel.EMAIL].deliver(MESSAGE, "amina@raq.test", uuid4())

    assert mailbox.messages == []
