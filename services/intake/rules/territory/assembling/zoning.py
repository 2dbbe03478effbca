"""The zones of an import: the sets of sectors of a file, or the quarters, or the municipalities."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from services.intake.rules.territory.adding_up import zone_values
from services.intake.rules.territory.assembling.ground import Ground, some
from services.intake.rules.territory.codes import convert_codes, read_vintage
from services.intake.rules.territory.importing import ImportWishes, ZonesFrom
from services.intake.rules.territory.model import IndicatorValue, Level, Name, Zone
from services.intake.rules.territory.official.reading import ZoneDraft
from services.intake.rules.territory.text import N_
from shared.errors import Problem, refuse

_PREFIX = {ZonesFrom.QUARTERS: "Q", ZonesFrom.MUNICIPALITIES: "M"}
_LEVEL_OF = {ZonesFrom.QUARTERS: Level.QUARTER, ZonesFrom.MUNICIPALITIES: Level.MUNICIPALITY}


def zone_id_of(level: Level, code: str) -> str:
    """Name the zone that is a whole quarter (`Q058`) or municipality (`M21001`)."""
    prefix = next(_PREFIX[wanted] for wanted, of in _LEVEL_OF.items() if of is level)
    return prefix + code.rjust(3, "0")


def draft_zones(ground: Ground, wishes: ImportWishes) -> dict[str, ZoneDraft]:
    """Find the zones: those of the files, else one per quarter, else one per municipality.

    Raises:
        RefusedError: there is nothing to make the wanted zones of.
    """
    wanted = wishes.zones_from
    drafts: dict[str, ZoneDraft] = {}
    if wanted in {None, ZonesFrom.FILES}:
        drafts = _drafts_of_files(ground)
        if drafts:
            return drafts
    if wanted is None:
        wanted = next((w for w, level in _LEVEL_OF.items() if ground.places[level]), None)
    if wanted is None or wanted is ZonesFrom.FILES:
        raise refuse(
            "no_zones",
            N_("Aucun fichier ne dit ce que sont les zones : ni liste de secteurs par zone, "
               "ni quartiers, ni communes."),
        )  # fmt: skip
    level = _LEVEL_OF[wanted]
    inside: dict[str, list[str]] = {code: [] for code in ground.places[level]}
    for sector in ground.places[Level.SECTOR].values():
        parent = sector.quarter if level is Level.QUARTER else sector.municipality
        if parent in inside:
            inside[parent].append(sector.code)
    for code, place in ground.places[level].items():
        zone_id = zone_id_of(level, code)
        drafts[zone_id] = ZoneDraft(zone_id, place.name_fr, "", tuple(inside[code]), (code,))
    return drafts


def make_zones(ground: Ground, drafts: Mapping[str, ZoneDraft]) -> tuple[Zone, ...]:
    """Give the drafts their names, municipalities and known sectors."""
    sectors, towns = ground.places[Level.SECTOR], ground.places[Level.MUNICIPALITY]
    quarters = ground.places[Level.QUARTER]
    zones = []
    for draft in drafts.values():
        known = tuple(sorted(code for code in draft.sectors if code in sectors))
        if lost := [code for code in draft.sectors if code not in sectors]:
            ground.warnings.append(
                Problem(
                    "unknown_sectors",
                    N_("Secteurs inconnus dans la zone : %(codes)s."),
                    draft.id,
                    {"codes": some(lost)},
                )
            )
        inside = dict.fromkeys(sectors[code].municipality for code in known)
        names = [Name(towns[c].name_fr, towns[c].name_nl) for c in inside if c in towns]
        named = [quarters[code] for code in draft.quarters if code in quarters]
        own_name = draft.name_fr or " / ".join(q.name_fr for q in named) or draft.id
        name_nl = " / ".join(q.name_nl for q in named) or own_name
        only_place = towns.get(draft.quarters[0]) if draft.quarters else None
        if only_place is not None:
            name_nl, names = only_place.name_nl, [Name(only_place.name_fr, only_place.name_nl)]
        zones.append(
            Zone(
                id=draft.id,
                group_id=draft.id,
                name_fr=own_name,
                name_nl=name_nl,
                municipalities=tuple(names),
                host_partners=(draft.host_partner,) if draft.host_partner else (),
                sectors=known,
            )
        )
    return tuple(zones)


def figures_of_zones(
    ground: Ground, zones: Sequence[Zone], values: Sequence[IndicatorValue]
) -> list[IndicatorValue]:
    """Give each zone its figures: the published ones where it is a quarter, else computed."""
    levels = [
        level
        for level in _LEVEL_OF.values()
        if {zone.id for zone in zones} == {zone_id_of(level, code) for code in ground.places[level]}
    ]
    same_as = {
        (level, code): zone_id_of(level, code) for level in levels for code in ground.places[level]
    }
    given = {(v.code, v.indicator, v.year) for v in values if v.level is Level.ZONE}
    published = [
        replace(value, level=Level.ZONE, code=zone)
        for value in values
        if (zone := same_as.get((value.level, value.code)))
        and (zone, value.indicator, value.year) not in given
    ]
    given |= {(v.code, v.indicator, v.year) for v in published}
    quarter_of = {p.code: p.quarter for p in ground.places[Level.SECTOR].values()}
    computed = zone_values(
        {zone.id: zone.sectors for zone in zones}, values, quarter_of, ground.indicator_of
    )
    return published + [v for v in computed if (v.code, v.indicator, v.year) not in given]


def _drafts_of_files(ground: Ground) -> dict[str, ZoneDraft]:
    drafts: dict[str, ZoneDraft] = {}
    for reading in ground.readings:
        codes = [code for draft in reading.zones.values() for code in draft.sectors]
        found = read_vintage(codes, ground.crosswalk).vintage
        for zone_id, read in reading.zones.items():
            draft = read
            if ground.vintage and found not in {None, ground.vintage}:
                moved = convert_codes(draft.sectors, ground.crosswalk, ground.vintage)
                draft = replace(draft, sectors=moved)
            known = drafts.get(zone_id)
            if known is None:
                drafts[zone_id] = draft
                continue
            if set(known.sectors) != set(draft.sectors):
                ground.conflicts.append(
                    Problem(
                        "zone_conflict",
                        N_("La zone n'a pas les mêmes secteurs ici ; la première liste reste."),
                        f"{reading.table.file}, {zone_id}",
                    )
                )
            drafts[zone_id] = replace(
                known,
                name_fr=known.name_fr or draft.name_fr,
                host_partner=known.host_partner or draft.host_partner,
                quarters=known.quarters or draft.quarters,
            )
    return drafts
