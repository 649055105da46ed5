"""The node's answer to an offer: always the node answers, so that no two offers can meet."""

from collections.abc import Mapping
from dataclasses import dataclass

from signaling.media.codecs import FORWARDED_AUDIO, FORWARDED_VIDEO
from signaling.media.ice import Credentials
from signaling.media.rtp import (
    URI_AUDIO_LEVEL,
    URI_MID,
    URI_ORIENTATION,
    URI_REPAIRED_RID,
    URI_RID,
    URI_SEND_TIME,
)
from signaling.media.sdp import Codec, Offer, Section
from signaling.media.seams import Role
from signaling.media.stun import Address

# What we take part in. transport-cc is left out: senders then go by REMB, which the node writes itself.
FEEDBACK = ("nack", "nack pli", "ccm fir", "goog-remb")
TO_VIEWERS = (URI_AUDIO_LEVEL, URI_SEND_TIME, URI_ORIENTATION)
# Agreed on in every section, also where nothing comes from the peer: what no section of a connection has, Chromium
# offers in no later one either, and can then not add a camera in several encodings to it.
AGREED = (URI_MID, URI_RID, URI_REPAIRED_RID, *TO_VIEWERS)


@dataclass(frozen=True, slots=True)
class Sending:
    """How the node sends in a section: its streams, and what the browser names them."""

    ssrc: int
    repair_ssrc: int
    stream: str
    track: str


@dataclass(frozen=True, slots=True)
class Local:
    """Our side of the transport."""

    credentials: Credentials
    fingerprint: str
    role: Role
    addresses: tuple[Address, ...]


def forwarded(section: Section) -> list[Codec]:
    """Of a section's codecs those that the node forwards, and the retransmissions of those."""
    names = FORWARDED_AUDIO if section.kind == "audio" else FORWARDED_VIDEO
    chosen = [codec for codec in section.codecs if codec.name in names]
    numbers = {codec.payload_type for codec in chosen}
    return chosen + [codec for codec in section.codecs if codec.repairs in numbers]


def known_extensions(section: Section, wanted: tuple[str, ...]) -> dict[str, int]:
    """The header extensions that both sides know, by uri, with the offerer's ids."""
    return {uri: number for uri, number in section.extensions.items() if uri in wanted}


def write_answer(
    offer: Offer, local: Local, version: int, receiving: frozenset[str], sending: Mapping[str, Sending]
) -> str:
    """The answer: sections in `receiving` are taken from the peer, those in `sending` go to it, others are inactive."""
    accepted = [s for s in offer.sections if s.mid in offer.bundled and _is_taken(s)]
    bundle = [mid for mid in offer.bundled if any(s.mid == mid for s in accepted)]
    lines = [
        "v=0",
        f"o=- 1 {version} IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        *([f"a=group:BUNDLE {' '.join(bundle)}"] if bundle else []),
        "a=ice-lite",
        "a=msid-semantic: WMS *",
    ]
    for section in offer.sections:
        if section not in accepted:
            lines += [f"m={section.kind} 0 {section.protocol} {' '.join(section.formats)}", f"a=mid:{section.mid}"]
            continue
        lines += _media(section, receiving, sending.get(section.mid)) + _transport(local)
    return "\r\n".join(lines) + "\r\n"


def _is_taken(section: Section) -> bool:
    return section.kind != "application" and bool(section.port or section.formats) and bool(forwarded(section))


def _media(section: Section, receiving: frozenset[str], sending: Sending | None) -> list[str]:
    codecs = forwarded(section)
    numbers = " ".join(str(codec.payload_type) for codec in codecs)
    lines = [f"m={section.kind} 9 {section.protocol} {numbers}", "c=IN IP4 0.0.0.0", f"a=mid:{section.mid}"]
    taken = section.mid in receiving
    if taken:
        lines.append("a=recvonly")
    else:
        lines.append("a=sendonly" if sending else "a=inactive")
    lines.append("a=rtcp-mux")
    for codec in codecs:
        lines += _codec(codec)
    lines += [f"a=extmap:{number} {uri}" for uri, number in known_extensions(section, AGREED).items()]
    if taken and section.rids:
        lines += [f"a=rid:{rid} recv" for rid in section.rids]
        lines.append("a=simulcast:recv " + ";".join(section.rids))
    return lines + (_streams(section, sending) if sending and not taken else [])


def _codec(codec: Codec) -> list[str]:
    channels = f"/{codec.channels}" if codec.channels > 1 else ""
    lines = [f"a=rtpmap:{codec.payload_type} {_NAMES.get(codec.name, codec.name)}/{codec.clock}{channels}"]
    lines += [f"a=rtcp-fb:{codec.payload_type} {each}" for each in codec.feedback if each in FEEDBACK]
    if codec.parameters:
        lines.append(f"a=fmtp:{codec.payload_type} {codec.parameters}")
    return lines


_NAMES = {"vp8": "VP8", "vp9": "VP9", "h264": "H264", "av1": "AV1"}


def _streams(section: Section, sending: Sending) -> list[str]:
    lines = [f"a=msid:{sending.stream} {sending.track}"]
    has_repair = any(codec.name == "rtx" for codec in forwarded(section))
    if has_repair:
        lines.append(f"a=ssrc-group:FID {sending.ssrc} {sending.repair_ssrc}")
    for ssrc in (sending.ssrc, *([sending.repair_ssrc] if has_repair else [])):
        lines.append(f"a=ssrc:{ssrc} cname:{sending.stream}")
        lines.append(f"a=ssrc:{ssrc} msid:{sending.stream} {sending.track}")
    return lines


def _transport(local: Local) -> list[str]:
    lines = [
        f"a=ice-ufrag:{local.credentials.fragment}",
        f"a=ice-pwd:{local.credentials.password.decode()}",
        f"a=fingerprint:{local.fingerprint}",
        f"a=setup:{'passive' if local.role == 'server' else 'active'}",
    ]
    for number, (host, port) in enumerate(local.addresses, start=1):
        lines.append(f"a=candidate:{number} 1 udp {2_130_706_431 - number} {host} {port} typ host")
    return [*lines, "a=end-of-candidates"]
