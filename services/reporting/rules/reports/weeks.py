"""The short report: the sentence and the weeks, for a mail or a committee's agenda."""

from services.reporting.rules.published import Published
from services.reporting.rules.reports.model import Report, Words
from services.reporting.rules.reports.parts import (
    sentence_of,
    stamp_line,
    stamp_of,
    weeks_part,
)
from services.reporting.rules.source_text import N_


def weeks_report(found: Published, words: Words) -> Report:
    """Tell where a campaign stands, week by week."""
    stamp = stamp_of(found)
    return Report(
        title=found.campaign.name(words.language),
        series=words.say(N_("État d’avancement")),
        sentence=sentence_of(found, words),
        facts=(),
        parts=(weeks_part(found, words),),
        stamp=stamp_line(stamp, words),
        keys=stamp,
    )
