"""Seeded problems of three sizes, shaped on the activity report of 2022.

S1 is the real team (26 zones, 26 workers, some 150 tasks in four weeks), S2 ten such districts
that touch, S3 a
hundred: a country. The same seed gives the same problem as the study of this matcher had.
"""

from dataclasses import dataclass
from math import cos, sin
from random import Random

from .model import (
    DAY_MIN,
    MISSION_KINDS,
    Commitment,
    Id,
    Instance,
    Neighbourhood,
    Period,
    Task,
    Worker,
)

SIZES = {"S1": 1, "S2": 10, "S3": 100}  # districts
ZONES_PER_DISTRICT, TASKS_PER_DISTRICT = 26, 150
CAMPAIGN_WEEKS = 4
WEEK_SHARE, TOTAL_SHARE = 0.45, 0.30  # of the mission time, at most for the campaign
FULL_TIME_MIN, MISSION_SHARE = 38 * 60, 0.8  # the host partner has the other 20 %

# Shares of the team that speak each language besides French, and its skills (invented, plausible).
LANGS = {
    "ar": 0.45,
    "en": 0.60,
    "nl": 0.30,
    "es": 0.20,
    "tr": 0.18,
    "ln": 0.10,
    "sw": 0.08,
    "ru": 0.08,
    "uk": 0.05,
    "ro": 0.06,
}
SKILLS = ["energy", "health", "digital", "rights", "animation", "debt"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of task: how often, how long, how many people, how important."""

    share: float
    duration_min: int
    min_team: int
    pref_team: int
    importance: int


# A market or a joint action makes several tasks: a weekly stall, three days.
KINDS = {
    "market": Kind(0.11, 240, 2, 3, 8),
    "leaflet": Kind(0.31, 120, 1, 2, 4),
    "door": Kind(0.11, 120, 2, 2, 5),
    "table": Kind(0.23, 180, 1, 2, 6),
    "accompaniment": Kind(0.14, 120, 1, 1, 4),
    "translation": Kind(0.06, 90, 1, 1, 4),
    "brico": Kind(0.04, 240, 2, 3, 7),
}
# Indicators that weigh in the need of a zone, languages of the public, the skill asked for.
CAMPAIGNS: dict[str, tuple[dict[str, int], dict[str, int], str]] = {
    "energy": (
        {"income": 3, "household": 2, "density": 1},
        {"ar": 1, "tr": 1, "es": 1},
        "energy",
    ),
    "heat": ({"senior_density": 3, "density": 2, "diabetes": 1}, {"ar": 1, "nl": 1}, "health"),
    "vaccine": (
        {"diabetes": 2, "senior_density": 2, "density": 2, "income": 1},
        {"ar": 1, "tr": 1, "ln": 1},
        "health",
    ),
    "ukraine": ({"income": 1, "density": 1, "household": 1}, {"uk": 3, "ru": 2}, "rights"),
}
SIGNS = {"income": -1, "diabetes": 1, "density": 1, "senior_density": 1, "household": 1}


def generate(districts: int = 1, seed: int = 0, campaign: str = "energy") -> Instance:
    """Draw a problem of so many districts. The same arguments give the same problem.

    Raises:
        KeyError: an unknown campaign.
    """
    return _Generator(districts, seed, campaign).draw()


class _Generator:
    def __init__(self, districts: int, seed: int, campaign: str) -> None:
        self.weights, self.langs, self.skill = CAMPAIGNS[campaign]
        self.districts, self.name = districts, f"S{districts}-{campaign}-{seed}"
        key = f"{seed}/{districts}/{campaign}/{ZONES_PER_DISTRICT}/{TASKS_PER_DISTRICT}"
        self.rnd = Random(key)  # noqa: S311 -- a seeded problem, not a secret
        self.zones: list[Neighbourhood] = []
        self.tasks: list[Task] = []
        self.series = 0

    def draw(self) -> Instance:
        self._draw_zones()
        workers = tuple(self._worker(zone) for zone in self.zones)
        for district in range(self.districts):
            self._draw_tasks(self._pool(district))
        return Instance(self.name, CAMPAIGN_WEEKS, tuple(self.zones), workers, tuple(self.tasks))

    def _pool(self, district: int) -> list[Neighbourhood]:
        return self.zones[district * ZONES_PER_DISTRICT : (district + 1) * ZONES_PER_DISTRICT]

    def _draw_zones(self) -> None:
        rnd, side = self.rnd, max(1, round(self.districts**0.5))
        drawn: list[tuple[str, float, float, int]] = []
        values: dict[str, list[float]] = {name: [] for name in SIGNS}
        for d in range(self.districts):
            cx = 11.0 * (d % side) + rnd.uniform(-1, 1)
            cy = 11.0 * (d // side) + rnd.uniform(-1, 1)
            for k in range(ZONES_PER_DISTRICT):
                r, a = 4.8 * rnd.random() ** 0.5, rnd.uniform(0, 6.2832)
                x, y = cx + r * cos(a), cy + r * sin(a)
                poor = max(-2.0, min(2.0, 1.2 - 0.45 * r + rnd.gauss(0, 0.7)))  # inner, poorer
                drawn.append((f"Q{d:03d}-{k:02d}", round(x, 2), round(y, 2), d))
                values["income"].append(round(21000 - 2600 * poor + rnd.gauss(0, 1200)))
                diabetes = round(max(2.0, 6.2 + 1.1 * poor + rnd.gauss(0, 0.8)), 2)
                values["diabetes"].append(diabetes)
                density = round(max(1500, 14000 + 4200 * poor + rnd.gauss(0, 3500)))
                values["density"].append(density)
                seniors = round(max(150, 1700 - 150 * poor + rnd.gauss(0, 450)))
                values["senior_density"].append(seniors)
                household = round(max(1.5, 2.15 + 0.18 * poor + rnd.gauss(0, 0.18)), 2)
                values["household"].append(household)
        for i, ((name, x, y, d), need) in enumerate(
            zip(drawn, _needs(values, self.weights), strict=True)
        ):
            self.zones.append(Neighbourhood(i, name, need, x, y, d))

    def _worker(self, zone: Neighbourhood) -> Worker:
        rnd = self.rnd
        contract = rnd.choice((1.0, 1.0, 1.0, 0.8, 0.8, 0.6, 0.5))
        langs = {"fr"} | {lang for lang, share in LANGS.items() if rnd.random() < share}
        if "uk" in langs:
            langs.add("ru")
        mission_min = contract * FULL_TIME_MIN * MISSION_SHARE
        off = set(rnd.sample(range(5), round((1 - contract) * 5)))
        saturday = rnd.random() < 0.5  # noqa: PLR2004 -- a share
        days = [d for d in range(5) if d not in off]
        work, busy = self._weeks(zone, contract, off, days, saturday=saturday)
        return Worker(
            id=zone.id,
            home=zone.id,
            name=f"RAQ{zone.id:04d}",
            langs=frozenset(langs),
            skills=frozenset(rnd.sample(SKILLS, 2)),
            contract=contract,
            week_cap_min=round(WEEK_SHARE * mission_min),
            total_cap_min=round(TOTAL_SHARE * mission_min * CAMPAIGN_WEEKS),
            max_travel_min=rnd.choice((30, 40, 45, 45)),
            work=tuple(work),
            busy=tuple(_merged(busy)),
            refuses=frozenset({"door"} if rnd.random() < 0.12 else ()),  # noqa: PLR2004 -- a share
        )

    def _weeks(
        self,
        zone: Neighbourhood,
        contract: float,
        off: set[int],
        days: list[int],
        *,
        saturday: bool,
    ) -> tuple[list[Period], list[tuple[int, int, Id]]]:
        rnd, district = self.rnd, zone.id // ZONES_PER_DISTRICT if isinstance(zone.id, int) else 0
        host_day = rnd.choice(days)
        work, busy = list[Period](), list[tuple[int, int, Id]]()
        for week in range(CAMPAIGN_WEEKS):
            for d in range(6):
                if d in off or (d == 5 and not saturday):  # noqa: PLR2004 -- Saturday
                    continue
                midnight = (week * 7 + d) * DAY_MIN
                if d == 5:  # noqa: PLR2004 -- Saturday
                    work.append(Period(midnight + 480, midnight + 840))
                    continue
                work.append(Period(midnight + 510, midnight + 1080))
                if d == 3:  # noqa: PLR2004 -- Thursday morning: the whole team meets
                    busy.append((midnight + 540, midnight + 720, zone.id))
                if d == host_day:
                    hour = 540 if d != 3 else 780  # noqa: PLR2004 -- Thursday
                    long_min = 240 if contract > 0.6 else 150  # noqa: PLR2004 -- part time
                    busy.append((midnight + hour, midnight + hour + long_min, zone.id))
            for _ in range(rnd.choice((4, 5, 6, 7, 8))):  # actions already under way
                start = (week * 7 + rnd.choice(days)) * DAY_MIN + 60 * rnd.randrange(9, 17)
                place = zone if rnd.random() < 0.8 else rnd.choice(self._pool(district))  # noqa: PLR2004 -- a share
                busy.append((start, start + rnd.choice((60, 90, 120, 180)), place.id))
        return work, busy

    def _draw_tasks(self, pool: list[Neighbourhood]) -> None:
        rnd = self.rnd
        pull = [zone.need**1.2 for zone in pool]
        market = {
            z.id: (rnd.choice((0, 1, 2, 3, 4, 5, 5)), rnd.choice((480, 510, 540))) for z in pool
        }
        shares = [kind.share for kind in KINDS.values()]
        made = 0
        while made < TASKS_PER_DISTRICT:
            kind = rnd.choices(list(KINDS), shares)[0]
            zone = rnd.choices(pool, pull)[0]
            req, want, skill = self._asks(kind)
            slots = self._slots(kind, *market[zone.id])[: TASKS_PER_DISTRICT - made]
            series: int | None = None
            if len(slots) > 1:
                series, self.series = self.series, self.series + 1
            of = KINDS[kind]
            for starts in slots:
                self.tasks.append(
                    Task(
                        len(self.tasks),
                        zone.id,
                        kind,
                        of.duration_min,
                        starts,
                        of.min_team,
                        of.pref_team,
                        frozenset(req),
                        frozenset(want),
                        skill,
                        of.importance,
                        series,
                        mission=kind in MISSION_KINDS,
                    )
                )
            made += len(slots)

    def _asks(self, kind: str) -> tuple[set[str], set[str], str | None]:
        rnd, req, want = self.rnd, set[str](), set[str]()
        skill: str | None = None
        base = sorted(set(rnd.choices(list(self.langs), list(self.langs.values()), k=2)))
        if kind in {"market", "table", "leaflet", "door", "brico"}:
            want = {lang for lang in base if rnd.random() < 0.6}  # noqa: PLR2004 -- a share
            if rnd.random() < 0.25:  # noqa: PLR2004 -- a share
                want.add(rnd.choices(list(LANGS), list(LANGS.values()))[0])
        if kind in {"accompaniment", "translation"}:
            anyone = rnd.random() < 0.5  # noqa: PLR2004 -- a share
            req = {
                rnd.choices(list(LANGS), list(LANGS.values()))[0] if anyone else rnd.choice(base)
            }
        if kind in {"market", "table"} and rnd.random() < 0.45:  # noqa: PLR2004 -- a share
            usual = rnd.random() < 0.7  # noqa: PLR2004 -- a share
            skill = self.skill if usual else rnd.choice(SKILLS)
        return req, want, skill

    def _slots(self, kind: str, weekday: int, hour_min: int) -> list[tuple[int, ...]]:
        """Return the admissible starts of each task to make."""
        rnd, weeks = self.rnd, CAMPAIGN_WEEKS

        def at(week: int, day: int, minute: int) -> int:
            return (week * 7 + day) * DAY_MIN + minute

        if kind == "market":
            some = [w for w in range(weeks) if rnd.random() < 0.6]  # noqa: PLR2004 -- a share
            return [(at(w, weekday, hour_min),) for w in some or [rnd.randrange(weeks)]]
        if kind == "brico":
            week, day = rnd.randrange(weeks), rnd.choice((0, 1, 2))
            return [(at(week, day + i, 600),) for i in range(3)]
        if kind in {"accompaniment", "translation"}:
            return [(at(rnd.randrange(weeks), rnd.randrange(5), 30 * rnd.randrange(18, 32)),)]
        if kind == "table":
            starts = {
                at(rnd.randrange(weeks), rnd.randrange(5), rnd.choice((540, 600, 810, 840)))
                for _ in range(rnd.choice((1, 2, 3)))
            }
            return [tuple(sorted(starts))]
        week, first, number = rnd.randrange(weeks), rnd.randrange(4), rnd.choice((2, 3, 4, 5))
        days = range(first, min(5, first + number))
        return [tuple(at(week, d, minute) for d in days for minute in (540, 630, 810, 900))]


def _needs(values: dict[str, list[float]], weights: dict[str, int]) -> list[int]:
    """Return weights 1..100 from invented indicators: mean percentile ranks, ties share."""
    number = len(values["income"])
    total, sums = float(sum(weights.values())), [0.0] * number
    for name, sign in SIGNS.items():
        weight = float(weights.get(name, 0))
        if not weight:
            continue
        signed = [sign * value for value in values[name]]
        ordered = sorted(signed)
        first, last = dict[float, int](), dict[float, int]()
        for i, value in enumerate(ordered):
            first.setdefault(value, i)
            last[value] = i
        for i, value in enumerate(signed):
            sums[i] += weight / total * ((first[value] + last[value]) / 2 + 0.5) / number
    return [max(1, min(100, round(100 * s))) for s in sums]


def _merged(busy: list[tuple[int, int, Id]]) -> list[Commitment]:
    merged = list[Commitment]()
    for start, end, place in sorted(busy, key=lambda b: (b[0], b[1], str(b[2]).zfill(9))):
        if merged and start < merged[-1].end:
            before = merged[-1]
            merged[-1] = Commitment(before.start, max(before.end, end), before.place)
        else:
            merged.append(Commitment(start, end, place))
    return merged
