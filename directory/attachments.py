"""Files that hang on needs: what is taken, known by its content and not by its name, and how it is handed out."""

import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from starlette.responses import FileResponse

from people.text import UnacceptableError
from people.text import one_line as line_of
from server.kernel.http import not_found
from web.i18n import N_

NAME_MOST = 120
# Parts of an office document, before anything of it is read.
PARTS_MOST = 2_000

_OFFICE = {
    ".docx": ("word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ".xlsx": ("xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ".pptx": ("ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
}
_PLAIN = {
    ".pdf": ((b"%PDF-",), "application/pdf"),
    ".png": ((b"\x89PNG\r\n\x1a\n",), "image/png"),
    ".jpg": ((b"\xff\xd8\xff",), "image/jpeg"),
    ".jpeg": ((b"\xff\xd8\xff",), "image/jpeg"),
}
ENDINGS = (*_PLAIN, *_OFFICE)
ACCEPTED = ",".join(ENDINGS)
_ENDING = re.compile(r"\.[a-z]{3,4}$")


@dataclass(frozen=True)
class Checked:
    """A file that is taken."""

    name: str
    ending: str
    mime: str


def checked(name: str, content: bytes, most: int) -> Checked:
    """The file as it is kept, or why it is not. `most` is in bytes. Raises UnacceptableError."""
    if not content:
        raise UnacceptableError(N_("Please choose a file first."))
    if len(content) > most:
        raise UnacceptableError(N_("This file is too large: at most %(most)s MB, please."), most=most // 1024 // 1024)
    clean = line_of(400)(name.replace("\\", "/").rpartition("/")[2])
    ending = _ENDING.search(clean.lower())
    if ending is None or ending[0] not in ENDINGS:
        raise _other_kind()
    mime = _mime(ending[0], content)
    if mime is None:
        raise UnacceptableError(N_("What is in this file is not what its name says. Please save it anew."))
    return Checked(_shortened(clean, ending[0]), ending[0], mime)


def handed_out(path: Path, name: str) -> FileResponse:
    """A kept file under the name that it was given with. Raises ProblemError 404 where it is gone."""
    if not path.is_file():
        raise not_found()
    return FileResponse(path, headers=served(name), media_type="application/octet-stream")


def served(name: str) -> dict[str, str]:
    """Headers with which a file is handed out: to be kept, never run, never shown within our pages."""
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", name)
    return {
        "content-disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "content-security-policy": "default-src 'none'; sandbox",
        "x-content-type-options": "nosniff",
        "cache-control": "private, no-store",
    }


def _mime(ending: str, content: bytes) -> str | None:
    if ending in _PLAIN:
        beginnings, mime = _PLAIN[ending]
        return mime if content.startswith(beginnings) else None
    folder, mime = _OFFICE[ending]
    return mime if _is_office(content, folder) else None


def _is_office(content: bytes, folder: str) -> bool:
    """Whether a file is an office document of a kind, without macros. Only its table of contents is read."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
    if len(names) > PARTS_MOST or "[Content_Types].xml" not in names:
        return False
    return any(name.startswith(folder) for name in names) and not any("vbaproject" in name.lower() for name in names)


def _shortened(name: str, ending: str) -> str:
    return name if len(name) <= NAME_MOST else name[: NAME_MOST - len(ending) - 1].rstrip() + "…" + ending


def _other_kind() -> UnacceptableError:
    return UnacceptableError(N_("PDF, PNG, JPEG, Word, Excel and PowerPoint without macros can be attached."))
