"""Sets what is published for whoever does not look at a page: kept files, and letters.

The same select, the same words and the same files as the pages; `main.py` hands them to the jobs.
"""

import json
from collections.abc import Iterator

from services.reporting.rules.published import Published
from services.reporting.rules.reports import Part
from services.reporting.rules.source_text import N_
from services.reporting.steps.send_letters import Addressed
from services.reporting.store.kept_reports import KeptFile
from services.reporting.web.report_files import Asked, as_data
from services.reporting.web.report_forms import PDF_TYPE, pdf_of, xlsx_of
from services.reporting.web.report_words import ReportWords, as_table, told_in
from shared.mail import Attached, Letter
from shared.web import translate
from shared.web.tables import as_csv

REPORT = "campaign"
SUBJECT = N_("%(campaign)s : les chiffres du %(day)s")
ATTACHED = N_("Le rapport complet est joint en PDF. Les mêmes chiffres à l’écran :")
NEXT = N_("Prochains chiffres : à partir du %(day)s, à 6 heures.")
LAST = N_("Ces chiffres sont définitifs.")
WHY = N_("Vous recevez ce courriel parce que vous l’avez demandé. Ne plus le recevoir :")
ASK_SUBJECT = N_("Recevoir les rapports des campagnes : dites oui")
ASK = N_(
    "Bonjour,\n\nQuelqu’un qui suit les campagnes des relais d’action de quartier a donné cette"
    " adresse pour y recevoir les rapports. Rien n’est envoyé sans votre oui, dans les trois"
    " jours :"
)
NOT_ASKED = N_("Vous n’avez rien demandé ? Ignorez ce courriel : cette adresse est oubliée.")


def files_of(found: Published, language: str, report: str) -> list[KeptFile]:
    """Make every file of a report in a language, as the funder's page gives them."""
    asked = asked_in(language, report, found)
    set_in = asked.told, asked.words, asked.made_at

    def file(form: str, content: bytes, part: str = "") -> KeptFile:
        name = f"{asked.file_name(part)}-{language}.{form}"
        return KeptFile(language, report, part, form, name, content)

    data = as_data(asked).model_dump(mode="json")
    return [
        file("pdf", pdf_of(*set_in)),
        file("xlsx", xlsx_of(*set_in)),
        file("json", json.dumps(data, ensure_ascii=False, indent=1).encode()),
        *(file("csv", as_csv(as_table(part)), part.name) for part in asked.told.parts),
    ]


def asked_in(language: str, report: str, found: Published) -> Asked:
    """Tell a report as if somebody who reads this language asked for it."""
    return Asked(report, found, *told_in(language, report, found))


def report_letter(public_url: str, who: Addressed, found: Published, pdf: bytes | None) -> Letter:
    """Write the letter that tells a seal: the sentence, each table in lines, the PDF.

    `pdf` is the one that is kept, when there is one.
    """
    asked = asked_in(who.language, REPORT, found)
    told, words = asked.told, asked.words
    at = public_url.rstrip("/")
    standing, campaign = found.standing, found.campaign
    page = f"{at}/reporting/funder/campaigns/{campaign.campaign_id}?seal={standing.seal}"
    stop = f"{at}/reporting/letters/stop/{who.stop}"
    day = standing.sealed_on or campaign.starts_on
    after = words.say(LAST)
    if standing.next_seal_on is not None:
        after = words.say(NEXT, day=words.day(standing.next_seal_on))
    body = "\n\n".join(
        [
            told.sentence,
            *("\n".join(lines_of(part, words)) for part in told.parts if part.drawn),
            after,
            f"{words.say(ATTACHED)}\n{page}",
            f"{words.say(WHY)}\n{stop}",
            told.stamp,
        ]
    )
    content = pdf if pdf is not None else pdf_of(told, words, asked.made_at)
    name = f"{asked.file_name()}-{who.language}.pdf"
    return Letter(
        key=who.key,
        to=who.to,
        subject=words.say(SUBJECT, campaign=campaign.name(who.language), day=words.day(day)),
        body=body + "\n",
        attached=(Attached(name, PDF_TYPE, content),),
        headers={
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",  # RFC 8058
        },
        written_at=who.written_at,
    )


def lines_of(part: Part, words: ReportWords) -> Iterator[str]:
    """Write a table as lines: what it counts, and how many, or that it is not published."""
    label, value = (part.place(name) for name in part.drawn[:2])
    yield part.title
    for row in part.rows:
        amount = row[value]
        told = words.number(amount) if isinstance(amount, int) else words.say("non publié")
        yield f"  {words.short(row[label])}{words.say(' :')} {told}"


def question_letter(public_url: str, who: Addressed) -> Letter:
    """Write the letter that asks whoever reads an address for a yes."""
    link = f"{public_url.rstrip('/')}/reporting/letters/confirm/{who.confirm}"
    ask, not_asked = (translate(who.language, text) for text in (ASK, NOT_ASKED))
    return Letter(
        key=who.key,
        to=who.to,
        subject=translate(who.language, ASK_SUBJECT),
        body=f"{ask}\n\n{link}\n\n{not_asked}\n",
        written_at=who.written_at,
    )
