"""A leaflet of one page as a PDF, for the play."""

from collections.abc import Sequence

PAGE_PT = (420, 595)  # A5, Source: ISO 216
TITLE_PT, LINE_PT, MARGIN_PT, LEADING_PT = 19, 12.5, 32, 30


def a_sheet(title: str, lines: Sequence[str]) -> bytes:
    """Write a title and some lines, set in Helvetica, as ISO 32000-1 7.5 lays a file out.

    Only what Windows' code page 1252 has can be written: French, Dutch, English and the like.
    """
    wide, high = PAGE_PT
    written = [f"BT /B {TITLE_PT} Tf {MARGIN_PT} {high - 2 * MARGIN_PT} Td {_text(title)} Tj ET"]
    written += [
        f"BT /R {LINE_PT} Tf {MARGIN_PT} {high - 4 * MARGIN_PT - LEADING_PT * n} Td "
        f"{_text(line)} Tj ET"
        for n, line in enumerate(lines)
    ]
    drawn = "\n".join(written).encode("cp1252")
    font = b"<</Type/Font/Subtype/Type1/Encoding/WinAnsiEncoding/BaseFont/"
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {wide} {high}]/Contents 4 0 R"
        "/Resources<</Font<</R 5 0 R/B 6 0 R>>>>>>".encode(),
        b"<</Length %d>>stream\n%s\nendstream" % (len(drawn), drawn),
        font + b"Helvetica>>",
        font + b"Helvetica-Bold>>",
    )
    file, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return file + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R>>\n" % (
        size, table, size,
    ) + b"startxref\n%d\n%%%%EOF\n" % len(file)  # fmt: skip


def _text(line: str) -> str:
    escaped = line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"({escaped})"
