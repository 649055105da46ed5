"""The table of checks that people made of their connection."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, case, or_
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from server.kernel.tables import Base
from signaling.checks.rules import ROADS, Found, Road, Verdict


class ConnectionCheck(Base):
    """Somebody tried their devices and their network, and this was found."""

    __tablename__ = "connection_checks"

    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    at: Mapped[datetime]
    verdict: Mapped[str]  # one of signaling.checks.rules.Verdict, as it was told then
    down_kbps: Mapped[int]
    up_kbps: Mapped[int]
    round_trip_ms: Mapped[int]
    microphone: Mapped[bool]
    camera: Mapped[bool]
    # The ways through the network; None: it was not tried. TLS on 443 stands by itself, `tls` is on any other port.
    node: Mapped[bool | None]
    stun: Mapped[bool | None]
    udp: Mapped[bool | None]
    tcp: Mapped[bool | None]
    tls: Mapped[bool | None]
    tls443: Mapped[bool | None]

    @hybrid_property
    def known(self) -> str:
        """The verdict, by what was tried: before the media node was, a check showed nothing about calls of more than
        two, but that none can be."""
        is_known = self.node is not None or self.verdict == Verdict.TEXT.value
        return self.verdict if is_known else Verdict.UNTRIED.value

    @known.inplace.expression
    @classmethod
    def _known(cls) -> ColumnElement[str]:
        is_known = or_(cls.node.is_not(None), cls.verdict == Verdict.TEXT.value)
        return case((is_known, cls.verdict), else_=Verdict.UNTRIED.value)

    @property
    def found(self) -> Found:
        """What it found."""
        return Found(self.down_kbps, self.up_kbps, self.round_trip_ms, self.microphone, self.camera, self._roads)

    @property
    def _roads(self) -> Mapping[Road, bool]:
        return {road: is_open for road in ROADS if (is_open := getattr(self, road)) is not None}
