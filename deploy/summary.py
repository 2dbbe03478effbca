"""What a played scenario came to, counted in the database and not by the player."""

from collections.abc import Mapping, Sequence
from statistics import quantiles
from typing import Any

import psycopg
from psycopg.rows import DictRow, dict_row

from deploy.afterwards import SENTENCES, Afterwards
from deploy.laws import LAWS, broken_laws

COUNTS = """
select
  (select count(*) from intake.campaign) as campaigns,
  (select count(distinct zone_id) from intake.campaign_zone) as zones,
  (select count(*) from dispatch.task) as tasks_generated,
  (select count(*) from dispatch.proposal) as proposed,
  (select count(*) from dispatch.proposal where accepted_at is not null) as accepted,
  (select count(*) from dispatch.outbox where type = 'dispatch.v1.task.declined') as declined,
  (select count(*) from dispatch.task where done_at is not null) as done,
  (select count(distinct outcome_id) from dispatch.contribution) as outcomes,
  (select count(*) from dispatch.contribution) as contributions,
  (select coalesce(sum(people_reached), 0) from (
     select distinct on (contribution_id) people_reached from dispatch.contribution_version
     order by contribution_id, version desc) current) as people_reached
"""
SERVICES = ("intake", "dispatch", "notify", "reporting")
# Seconds from the commit that acknowledged an outcome to the commit that put it into the figures.
LATENCY = """
select extract(epoch from r.projected_at - v.recorded_at)::float as seconds
from reporting.contribution r
join dispatch.contribution_version v
  on v.contribution_id = r.contribution_id and v.version = r.version
"""
RELAYS = """
select r.kind, sum(r.made)::int as made from (
  select distinct on (contribution_id) relays from dispatch.contribution_version
  order by contribution_id, version desc) current,
  jsonb_to_recordset(current.relays) as r(kind text, made integer)
group by r.kind order by r.kind
"""
MORE_SENTENCES = {
    "no_free_text_on_the_bus": "Facts hold ids, dates and words of closed lists, and no text.",
    "figures_at_the_front_door": "The coordination reads the figures that a recount gives.",
}
HUNDREDTHS = 100
FEWEST = 2
FIGURES = ("accepted", "declined", "done", "outcomes", "contributions", "people_reached")
"""Figures that the coordination reads and that must equal the recount."""


def count_everything(
    database_url: str,
    figures: Sequence[Mapping[str, Any] | None],
    afterwards: Afterwards,
) -> dict[str, Any]:
    """Count a whole database as its owner.

    Args:
        database_url: of the owner, who may read every schema.
        figures: each campaign's as the coordination read them at the front door.
        afterwards: what was asked of ledgers, pages and letters when the play had ended.
    """
    with psycopg.connect(database_url, row_factory=dict_row) as connection:
        found: dict[str, Any] = dict(_one(connection, COUNTS))
        found["facts_published"] = _sum(
            connection, "outbox", "count(*)", "published_at is not null"
        )
        repeats = _sum(connection, "inbox", "coalesce(sum(repeats), 0)", "true")
        retold = _one(
            connection, "select coalesce(sum(repeats), 0) as n from dispatch.contribution_version"
        )
        found["duplicates_absorbed"] = int(repeats + retold["n"])
        found["dead_letters"] = _sum(
            connection, "dead_letter", "count(*)", "state in ('dead', 'redrive')"
        )
        found["relays"] = {r["kind"]: r["made"] for r in connection.execute(RELAYS).fetchall()}
        seconds = sorted(r["seconds"] for r in connection.execute(LATENCY).fetchall())
    laws = broken_laws(database_url)
    known = [each for each in figures if each is not None]
    differing = [
        name for name in FIGURES if known and sum(each[name] for each in known) != found[name]
    ]
    laws["figures_at_the_front_door"] = len(differing)
    laws |= {slug: len(where) for slug, where in afterwards.broken.items()}
    found["people_reached"] = int(found["people_reached"])
    return {
        **found,
        "laws_broken": sum(laws.values()),
        "laws": laws,
        "said": [*said_of(laws), *(one for where in afterwards.broken.values() for one in where)],
        "outcome_to_figure_s": median_and_p99(seconds),
    }


def said_of(laws: Mapping[str, int]) -> list[str]:
    """Say which laws are broken, in their own sentences, and how often."""
    sentences = {law.slug: law.sentence for law in LAWS} | MORE_SENTENCES | SENTENCES
    return [f"BROKEN, {number} times: {sentences[slug]}" for slug, number in laws.items() if number]


def median_and_p99(values: list[float]) -> dict[str, float | None]:
    """Return the median and the 99th percentile, in the values' own unit; None without values."""
    if len(values) < FEWEST:
        return {"median": None, "p99": None}
    cuts = quantiles(values, n=HUNDREDTHS, method="inclusive")
    return {"median": round(cuts[49], 4), "p99": round(cuts[98], 4)}


def _one(connection: "psycopg.Connection[DictRow]", query: str) -> DictRow:
    row = connection.execute(query).fetchone()
    return row or {}


def _sum(connection: "psycopg.Connection[DictRow]", table: str, what: str, where: str) -> int:
    return sum(
        int(_one(connection, f"select {what} as n from {service}.{table} where {where}")["n"])
        for service in SERVICES
    )
