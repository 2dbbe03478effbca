"""Files packed into one: the same files give the same archive, byte for byte."""

import io
import zipfile
from collections.abc import Iterable

from fastapi.responses import Response

from shared.web.tables import download

ZIP_TYPE = "application/zip"
EPOCH = (1980, 1, 1, 0, 0, 0)  # the first moment that a ZIP can name; when it was packed is nowhere


def as_zip(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Pack files under their names."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            about = zipfile.ZipInfo(name, EPOCH)
            about.compress_type = zipfile.ZIP_DEFLATED
            about.external_attr = 0o600 << 16
            archive.writestr(about, content)
    return written.getvalue()


def zip_file(files: Iterable[tuple[str, bytes]], name: str) -> Response:
    """Answer with files packed into one, to be kept under a name."""
    return download(as_zip(files), f"{name}.zip", ZIP_TYPE)
