"""A failed package program is told in one sentence, whatever it printed."""

import pytest

from bin.reasons import why

LOG = "var/setup.log"


@pytest.mark.parametrize(
    ("printed", "told"),
    [
        ("WARNING: Retrying after connection broken by 'NewConnectionError'\nERROR: No matching", "No network"),
        ("npm error code ENOTFOUND\nnpm error network request failed", "No network"),
        ("npm error code EINTEGRITY\nnpm error sha512-a integrity checksum failed", "checksum differs"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "checksum differs"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("npm error code EACCES\nnpm error syscall mkdir", "cannot be written"),
        ("ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED]", "certificate"),
    ],
)
def test_a_known_failure_is_told_by_its_cause(printed: str, told: str) -> None:
    sentence = why("pip", printed, LOG)
    assert told in sentence
    assert "\n" not in sentence


def test_an_unknown_failure_is_told_by_its_own_words_and_where_the_rest_is() -> None:
    sentence = why("npm", "npm warn old lockfile\nnpm error The walls are missing.\nnpm error at hall.js", LOG)
    assert sentence == "npm failed (npm error The walls are missing): its whole output is in var/setup.log."


def test_a_silent_failure_is_told_as_one() -> None:
    assert "it said nothing" in why("uv", "", LOG)
