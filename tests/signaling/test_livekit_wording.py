"""What LiveKit calls otherwise: a second screen or camera is told apart from the first, and allowed with it."""

from livekit.api import ParticipantInfo, TrackInfo, TrackSource

from signaling.livekit.wording import Terms, grants, participants, permission, sids_of, terms_muted


def test_two_screens_of_one_person_are_two_tracks() -> None:
    info = ParticipantInfo(identity="anna-1", attributes={"person": "anna"})
    for sid, name in (("TR_1", ""), ("TR_2", "screen_2")):
        info.tracks.append(TrackInfo(sid=sid, name=name, source=TrackSource.SCREEN_SHARE, muted=sid == "TR_2"))
    # A name that is not ours, or that does not fit what it is, makes nothing of it.
    info.tracks.append(TrackInfo(sid="TR_3", name="screen_2", source=TrackSource.CAMERA))
    [anna] = participants([info])
    assert [(track.id, track.muted) for track in anna.tracks] == [
        ("anna-1.camera", False),
        ("anna-1.screen", False),
        ("anna-1.screen_2", True),
    ]
    assert sids_of(info, ["screen_2"]) == ["TR_2"]


def test_each_source_is_allowed_once() -> None:
    terms = Terms("anna", publish=frozenset({"screen", "screen_2"}))
    assert grants("room", terms).can_publish_sources == ["screen_share"]
    assert list(permission(terms).can_publish_sources) == [TrackSource.SCREEN_SHARE]


def test_whoever_was_muted_in_one_of_two_cameras_sends_neither() -> None:
    terms = Terms("anna", publish=frozenset({"microphone", "camera", "camera_2"}), muted=frozenset({"camera"}))
    assert terms.sends == ["microphone"]
    assert terms_muted(terms, ["camera"], muted=False).sends == ["microphone", "camera", "camera_2"]
