"""Reports for people outside: what each tells, from what is published and nothing else.

`docs/how-to/add-a-funder-report.md` says how to add one: a file here, an entry in `REPORTS`, a
golden file. Page, files, schedule and disclosure control come with it.
"""

from collections.abc import Mapping

from services.reporting.rules.reports.campaign import campaign_report
from services.reporting.rules.reports.model import Field, Part, Report, Told, Value, Words
from services.reporting.rules.reports.weeks import weeks_report

REPORTS: Mapping[str, Told] = {
    "campaign": campaign_report,
    "weeks": weeks_report,
}
"""By the name that stands in addresses and file names."""

__all__ = ["REPORTS", "Field", "Part", "Report", "Told", "Value", "Words"]
