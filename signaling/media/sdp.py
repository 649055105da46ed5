"""Session descriptions: an offer is read in one pass, every size bounded; whatever is wrong with it is one `SdpError`.

aiortc.sdp is not used: it drops rid and simulcast, raises seven kinds of exception and takes time without a bound.
Grammar: RFC 8866; what WebRTC adds: RFC 8829, 8839 (ICE), 8842 (DTLS), 8853 (simulcast), 8851 (rid), 8285 (extensions).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

MOST_BYTES = 32 * 1024
MOST_CANDIDATES = 64
# Sections of an offer: a call of 24 people with sound and picture each.
MOST_SECTIONS = 64
MOST_LINES = 2_000
# Per section: browsers offer about 40 payload types, 20 extensions and at most 3 rids.
MOST_CODECS, MOST_EXTENSIONS, MOST_RIDS, MOST_SSRCS = 96, 32, 4, 16

_TOKEN = re.compile(r"[!-~]{1,64}")
_ICE = re.compile(r"[A-Za-z0-9+/=_-]{4,256}")
_FINGERPRINT = re.compile(r"(sha-\d{1,3}) ((?:[0-9A-Fa-f]{2}:){15,63}[0-9A-Fa-f]{2})", re.IGNORECASE)
_RTPMAP = re.compile(r"(\d{1,3}) ([A-Za-z0-9._-]{1,32})/(\d{1,7})(?:/(\d{1,2}))?")
_NUMBERED = re.compile(r"(\d{1,3}) ([ -~]{1,512})")
_EXTMAP = re.compile(r"(\d{1,3})(?:/\w{1,8})? ([!-~]{1,200})(?: [ -~]{0,200})?")
_RID = re.compile(r"([A-Za-z0-9_-]{1,16}) (send|recv)(?: [ -~]{0,200})?")
_SSRC = re.compile(r"(\d{1,10})(?: [ -~]{0,300})?")
_FID = re.compile(r"FID (\d{1,10}) (\d{1,10})")
_CANDIDATE = re.compile(
    r"[A-Za-z0-9+/]{1,32} \d{1,3} \w{1,8} \d{1,10} [!-~]{1,255} \d{1,5} typ \w{1,8}(?: [ -~]{0,300})?"
)
_IN_FRAGMENTS = {"candidate": _CANDIDATE, "ice-ufrag": _ICE, "ice-pwd": _ICE, "mid": _TOKEN}
_MEDIA = re.compile(r"(audio|video|application) (\d{1,5}) ([A-Z/]{1,32}) ([ -~]{1,512})")
_DIRECTIONS = ("sendrecv", "sendonly", "recvonly", "inactive")
_SETUPS = ("actpass", "active", "passive")


class SdpError(ValueError):
    """The description is not one that can be answered; the text says why, for developers."""


@dataclass(frozen=True, slots=True)
class Codec:
    """A payload type and what it stands for. `name` is in small letters."""

    payload_type: int
    name: str
    clock: int
    channels: int = 1
    parameters: str = ""
    feedback: tuple[str, ...] = ()

    @property
    def repairs(self) -> int | None:
        """Of retransmission (rtx): the payload type that it repairs."""
        found = re.search(r"(?:^|;)\s*apt=(\d{1,3})", self.parameters) if self.name == "rtx" else None
        return int(found[1]) if found else None

    @property
    def variant(self) -> str:
        """What must be equal beside the name for one to understand the other (RFC 6184: packetisation and profile)."""
        if self.name != "h264":
            profile = re.search(r"(?:^|;)\s*profile-id=(\d)", self.parameters) if self.name == "vp9" else None
            return profile[1] if profile else "0"
        mode = re.search(r"packetization-mode=(\d)", self.parameters)
        profile = re.search(r"profile-level-id=([0-9A-Fa-f]{2})", self.parameters)
        return f"{mode[1] if mode else '0'}/{(profile[1] if profile else '42').lower()}"


@dataclass(slots=True)
class Section:
    """One m-section of an offer."""

    kind: str
    port: int
    protocol: str
    formats: tuple[str, ...]
    mid: str = ""
    direction: str = "sendrecv"
    codecs: list[Codec] = field(default_factory=list)
    extensions: dict[str, int] = field(default_factory=dict)  # uri -> id
    rids: list[str] = field(default_factory=list)  # those that are sent
    ssrcs: list[int] = field(default_factory=list)
    repairs: dict[int, int] = field(default_factory=dict)  # ssrc of retransmissions -> repaired ssrc
    fragment: str = ""
    password: str = ""
    fingerprints: list[tuple[str, str]] = field(default_factory=list)
    setup: str = ""
    muxed: bool = False

    @property
    def sends(self) -> bool:
        """Whether the offerer wants to send in it."""
        return self.direction in ("sendrecv", "sendonly")

    @property
    def receives(self) -> bool:
        """Whether the offerer wants to receive in it."""
        return self.direction in ("sendrecv", "recvonly")


@dataclass(slots=True)
class Offer:
    """What the offerer is ready for. `fragment` and so on are the bundle's."""

    sections: list[Section]
    bundled: tuple[str, ...]
    fragment: str
    password: str
    fingerprints: list[tuple[str, str]]
    setup: str

    def section(self, mid: str) -> Section | None:
        """The section of this name."""
        return next((each for each in self.sections if each.mid == mid), None)


def parse_offer(text: str) -> Offer:
    """Read an offer of a browser or an encoder. Raises SdpError, and nothing else."""
    lines = _lines(text, "v=0")
    session, sections = _grouped(lines)
    if not sections:
        raise SdpError("no media")
    for section in sections:
        _check(section)
    mids = [section.mid for section in sections]
    if len(set(mids)) != len(mids):
        raise SdpError("a mid twice")
    bundled = _bundled(session, mids)
    return _offer(session, sections, bundled)


def check_fragment(text: str) -> None:
    """Whether what somebody sends of their candidates later can be read (RFC 8840, 9). Raises SdpError."""
    for line in _lines(text):
        name, _, value = line[2:].partition(":")
        if line.startswith("m="):
            _section(line[2:])
        elif line[0] != "a":
            raise SdpError("a line that stands in no fragment")
        elif pattern := _IN_FRAGMENTS.get(name):
            _matched(pattern, value, name)


def _lines(text: str, first: str = "") -> list[str]:
    if len(text) > MOST_BYTES or len(text.encode("utf-8", "replace")) > MOST_BYTES:
        raise SdpError("longer than 32 KiB")
    if text.count("\na=candidate:") > MOST_CANDIDATES:
        raise SdpError("more than 64 candidates")
    if text.count("\n") > MOST_LINES:
        raise SdpError("too many lines")
    lines = text.replace("\r\n", "\n").rstrip("\n").split("\n")
    if first and lines[0] != first:
        raise SdpError(f"does not begin with {first}")
    if any(len(line) < 2 or line[1] != "=" for line in lines):
        raise SdpError("a line that is no field")
    return lines


class _Session(Section):
    """What stands before the first section counts for all of them."""

    group: str = ""


def _grouped(lines: list[str]) -> tuple[_Session, list[Section]]:
    session = _Session("session", 0, "", ())
    sections: list[Section] = []
    for line in lines[1:]:
        current = sections[-1] if sections else session
        if line.startswith("m="):
            if len(sections) == MOST_SECTIONS:
                raise SdpError("too many sections")
            sections.append(_section(line[2:]))
        elif line.startswith("a="):
            name, _, value = line[2:].partition(":")
            if name == "group" and current is session:
                session.group = value
            elif read := _ATTRIBUTES.get(name):
                read(current, value)
            elif name in _DIRECTIONS:
                current.direction = name
    return session, sections


def _section(value: str) -> Section:
    found = _MEDIA.fullmatch(value)
    if not found or int(found[2]) > 65_535:
        raise SdpError("an m-line that is none")
    formats = tuple(found[4].split())
    if len(formats) > MOST_CODECS or len(set(formats)) != len(formats):
        raise SdpError("formats")
    return Section(found[1], int(found[2]), found[3], formats)


def _matched(pattern: re.Pattern[str], value: str, what: str) -> re.Match[str]:
    found = pattern.fullmatch(value)
    if not found:
        raise SdpError(what)
    return found


def _read_mid(section: Section, value: str) -> None:
    section.mid = _matched(_TOKEN, value, "mid")[0]


def _read_rtpmap(section: Section, value: str) -> None:
    found = _matched(_RTPMAP, value, "rtpmap")
    number = int(found[1])
    if number > 127 or len(section.codecs) >= MOST_CODECS or any(c.payload_type == number for c in section.codecs):
        raise SdpError("rtpmap")
    section.codecs.append(Codec(number, found[2].lower(), int(found[3]), int(found[4] or 1)))


def _read_fmtp(section: Section, value: str) -> None:
    found = _matched(_NUMBERED, value, "fmtp")
    _change(section, int(found[1]), lambda codec: {"parameters": found[2]})


def _read_feedback(section: Section, value: str) -> None:
    number, _, what = value.partition(" ")
    if number == "*" and what:
        return
    found = _matched(_NUMBERED, value, "rtcp-fb")
    _change(section, int(found[1]), lambda codec: {"feedback": (*codec.feedback[:15], found[2])})


def _change(section: Section, number: int, change: Callable[[Codec], dict[str, object]]) -> None:
    """A codec of a section with something more; numbers without an rtpmap are none of ours."""
    for at, codec in enumerate(section.codecs):
        if codec.payload_type == number:
            section.codecs[at] = replace(codec, **change(codec))  # type: ignore[arg-type]


def _read_extmap(section: Section, value: str) -> None:
    found = _matched(_EXTMAP, value, "extmap")
    if not 1 <= int(found[1]) <= 255 or len(section.extensions) >= MOST_EXTENSIONS:
        raise SdpError("extmap")
    section.extensions[found[2]] = int(found[1])


def _read_rid(section: Section, value: str) -> None:
    found = _matched(_RID, value, "rid")
    if found[2] == "send":
        if len(section.rids) >= MOST_RIDS or found[1] in section.rids:
            raise SdpError("rid")
        section.rids.append(found[1])


def _read_ssrc(section: Section, value: str) -> None:
    number = int(_matched(_SSRC, value, "ssrc")[1])
    if number > 0xFFFFFFFF:
        raise SdpError("ssrc")
    if number not in section.ssrcs:
        if len(section.ssrcs) >= MOST_SSRCS:
            raise SdpError("too many ssrcs")
        section.ssrcs.append(number)


def _read_ssrc_group(section: Section, value: str) -> None:
    if value.startswith("FID"):
        found = _matched(_FID, value, "ssrc-group")
        if len(section.repairs) >= MOST_SSRCS:
            raise SdpError("ssrc-group")
        section.repairs[int(found[2])] = int(found[1])


def _read_fragment(section: Section, value: str) -> None:
    section.fragment = _matched(_ICE, value, "ice-ufrag")[0]


def _read_password(section: Section, value: str) -> None:
    section.password = _matched(_ICE, value, "ice-pwd")[0]


def _read_fingerprint(section: Section, value: str) -> None:
    found = _matched(_FINGERPRINT, value, "fingerprint")
    if len(section.fingerprints) >= 8:
        raise SdpError("too many fingerprints")
    section.fingerprints.append((found[1].lower(), found[2].upper()))


def _read_setup(section: Section, value: str) -> None:
    if value not in _SETUPS:
        raise SdpError("setup")
    section.setup = value


def _read_mux(section: Section, value: str) -> None:
    section.muxed = True


_ATTRIBUTES: dict[str, Callable[[Section, str], None]] = {
    "mid": _read_mid,
    "rtpmap": _read_rtpmap,
    "fmtp": _read_fmtp,
    "rtcp-fb": _read_feedback,
    "extmap": _read_extmap,
    "rid": _read_rid,
    "ssrc": _read_ssrc,
    "ssrc-group": _read_ssrc_group,
    "ice-ufrag": _read_fragment,
    "ice-pwd": _read_password,
    "fingerprint": _read_fingerprint,
    "setup": _read_setup,
    "rtcp-mux": _read_mux,
}


def _check(section: Section) -> None:
    """What a section must have to be answered."""
    if not section.mid:
        raise SdpError("a section without a mid")
    if section.kind == "application":
        return
    if section.protocol not in ("UDP/TLS/RTP/SAVPF", "TCP/TLS/RTP/SAVPF", "RTP/SAVPF", "UDP/TLS/RTP/SAVP"):
        raise SdpError("not DTLS-SRTP")
    numbers = {str(codec.payload_type) for codec in section.codecs}
    if not numbers & set(section.formats):
        raise SdpError("no codec")
    section.codecs.sort(key=_order(section))
    if not section.muxed and section.port:
        raise SdpError("rtcp-mux is needed")


def _order(section: Section) -> Callable[[Codec], int]:
    """The offerer's preference: the order of the m-line."""
    places = {number: place for place, number in enumerate(section.formats)}
    return lambda codec: places.get(str(codec.payload_type), len(places))


def _bundled(session: _Session, mids: list[str]) -> tuple[str, ...]:
    words = session.group.split()
    if not words and len(mids) == 1:
        return (mids[0],)
    if not words or words[0] != "BUNDLE" or not set(words[1:]) <= set(mids) or len(words) == 1:
        raise SdpError("everything must be bundled")
    return tuple(words[1:])


def _offer(session: _Session, sections: list[Section], bundled: tuple[str, ...]) -> Offer:
    if any(section.mid not in bundled and section.port for section in sections):
        raise SdpError("everything must be bundled")
    first = next(section for section in sections if section.mid == bundled[0])
    fragment, password = first.fragment or session.fragment, first.password or session.password
    fingerprints = first.fingerprints or session.fingerprints
    setup = first.setup or session.setup
    if not fragment or len(password) < 22:
        raise SdpError("no ICE credentials")
    if not fingerprints:
        raise SdpError("no fingerprint")
    if not setup:
        raise SdpError("no setup")
    return Offer(sections, bundled, fragment, password, fingerprints, setup)
