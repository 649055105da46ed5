import hashlib
from pathlib import Path

import pytest

from server.kernel.files import Files, write_whole


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "files")


async def test_a_file_is_named_by_its_content_and_kept_once(files: Files) -> None:
    name = await files.put(b"a photo", ".webp")
    again = await files.put(b"a photo", ".webp")

    assert name == again == hashlib.sha256(b"a photo").hexdigest() + ".webp"
    assert files.path(name).read_bytes() == b"a photo"
    assert files.size(name) == 7


async def test_a_deleted_file_is_gone_and_deleting_it_again_is_no_error(files: Files) -> None:
    name = await files.put(b"a photo")

    await files.delete(name)
    await files.delete(name)

    assert not files.path(name).exists()


@pytest.mark.parametrize(
    "name",
    [
        "../secret",
        "/etc/passwd",
        "",
        "a" * 64 + "/../x",
        "a" * 63,
        "A" * 64,
        "a" * 64 + ".",
        "a" * 64 + ".toolongsuffix",
    ],
)
async def test_only_names_that_were_given_lead_anywhere(files: Files, name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        files.path(name)


@pytest.mark.parametrize("suffix", ["webp", "./x", ".a/b", ".WEBP", "..x"])
async def test_a_suffix_is_a_suffix(files: Files, suffix: str) -> None:
    with pytest.raises(ValueError, match="suffix"):
        await files.put(b"x", suffix)


async def test_a_file_that_cannot_be_written_whole_leaves_nothing(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)

    with pytest.raises(OSError, match="No space"):
        await files.put(b"a photo")

    assert [path for path in files.folder.rglob("*") if path.is_file()] == []


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "file"

    write_whole(path, b"first")
    write_whole(path, b"second")

    assert path.read_bytes() == b"second"
    assert [each.name for each in path.parent.iterdir()] == ["file"]
