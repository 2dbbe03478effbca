"""Runs the benches one after another, each against an embedded system, in a few minutes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from deploy.bench import bare, load
from deploy.bench.rebuilding import Bench, bench_of
from deploy.demo import Demo, Request, open_demo
from deploy.player import Play
from deploy.summary import median_and_p99


@dataclass(frozen=True, slots=True)
class Length:
    """How long each part is measured, and how many facts are relayed and rebuilt from."""

    bare_s: float = 2.0
    load_s: float = 8.0
    relayed_facts: int = 5000
    rebuilt_facts: int = 200_000


@dataclass(frozen=True, slots=True)
class Line:
    """One figure and the bare one that it is read against; `ratio` is theirs."""

    name: str
    value: float
    unit: str
    bare_name: str
    bare: float

    @property
    def ratio(self) -> float:
        return self.value / self.bare


@dataclass(frozen=True, slots=True)
class Found:
    """What was measured. Both ways of an outcome begin when the phone has its answer, in seconds.

    `to_figure_s` ends when the figure is in the database; `to_page_s` when the coordination's page
    was told so by its stream of events, and has read the figures again.
    """

    lines: list[Line]
    to_figure_s: dict[str, float | None]
    to_page_s: dict[str, float | None]
    rebuilt: Bench


async def bench(tell: Callable[[str], None], length: Length = Length()) -> Found:
    """Measure everything.

    Durable as in production: PostgreSQL waits for the disk at each commit, NATS too.
    """
    request = Request("covid-2021", durable=True)
    async with open_demo(request, tell, load.bench_scenario()) as demo:
        tell("Preparing a campaign with accepted tasks")
        play = await _prepared(demo)
        phones = [play.phones[key] for key in sorted(play.phones) if play.phones[key].last_sent]
        settings = demo.system.settings
        owner = settings.database_url.get_secret_value()
        body = load.a_stale_correction(play).model_dump_json()
        tell("Bare commits and bare publishing")
        commits = await bare.commits_per_s(owner, body, length.bare_s)
        one = await bare.publishes_per_s(
            settings.nats_url, body.encode(), length.bare_s, in_flight=1
        )
        many = await bare.publishes_per_s(
            settings.nats_url, body.encode(), length.bare_s, in_flight=bare.IN_FLIGHT
        )
        tell("Outcomes through HTTP")
        http = await load.record_outcomes(play, phones, owner, length.load_s)
        tell("Facts through the relay")
        relayed = await load.relay_per_s(settings, play, length.relayed_facts)
    rebuilt = await bench_of(length.rebuilt_facts, tell)
    lines = [
        Line("outcomes recorded through HTTP", http.per_s, "1/s", "PostgreSQL commits", commits),
        Line("facts relayed", relayed, "1/s", "publish with ack, one at a time", one),
        Line("facts relayed", relayed, "1/s", f"publish with ack, {bare.IN_FLIGHT} at once", many),
        Line(
            "facts projected anew",
            rebuilt.rebuild_facts_per_s,
            "1/s",
            "bare read of the streams",
            rebuilt.read_messages_per_s,
        ),
    ]
    return Found(lines, median_and_p99(http.to_figure_s), median_and_p99(http.to_page_s), rebuilt)


async def _prepared(demo: Demo) -> Play:
    play = await demo.begin()
    third_day = demo.scenario.campaign.starts_on + timedelta(days=2)
    await play.run(until=play.world.agenda.on(third_day, -1))
    return play
