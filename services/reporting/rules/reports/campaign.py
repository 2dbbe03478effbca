"""The report of a campaign: where it stands, every view, the weeks, what rises from the field."""

from services.reporting.rules.published import Published
from services.reporting.rules.reports.model import Report, Words
from services.reporting.rules.reports.parts import (
    crossed_parts,
    facts_of,
    method_of,
    sentence_of,
    signal_lines,
    stamp_line,
    stamp_of,
    view_part,
    weeks_part,
)
from services.reporting.rules.source_text import N_


def campaign_report(found: Published, words: Words) -> Report:
    """Tell a campaign as the funder's page does."""
    campaign, stamp = found.campaign, stamp_of(found)
    parts = [view_part(breakdown, words) for breakdown in found.standing.breakdowns]
    return Report(
        title=campaign.name(words.language),
        series=words.say(N_("Rapport de campagne")),
        sentence=sentence_of(found, words),
        facts=facts_of(found, words),
        parts=(*parts, *crossed_parts(found, words), weeks_part(found, words)),
        lines=(signal_lines(found, words),),
        method=method_of(campaign.period_days, words),
        stamp=stamp_line(stamp, words),
        keys=stamp,
    )
