"""What is fetched from an address that somebody typed, and that it never leads into one's own network."""

import asyncio
from pathlib import Path

import httpx2
import pytest

from server.kernel import fetch
from server.kernel.fetch import Fetcher, FetchError, is_public
from tests.support.certificate import certified
from tests.support.hosts import HERE, Answering, knowing, saying, serving

V4 = "127.0.0.1 127.9.9.9 10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 240.0.0.1"
MORE_V4 = "255.255.255.255 192.0.2.1 198.18.0.1 192.0.0.8 192.0.0.192"
V6 = "::1 :: fe80::1 fe80::1%eth0 fc00::1 fd12::1 ff02::1 64:ff9b:1::1 2001:db8::1 fec0::1 feff::7f00:1 4000::1"
V4_WITHIN_V6 = "::ffff:127.0.0.1 ::ffff:10.0.0.1 ::127.0.0.1 64:ff9b::7f00:1 2002:7f00:1:: 2001:0:7f00:1::1"
NO_ADDRESSES = "localhost 1234"
NOT_PUBLIC = " ".join([V4, MORE_V4, V6, V4_WITHIN_V6, NO_ADDRESSES]).split()
NO_WEB_ADDRESSES = [
    "feeds",
    "ftp://feeds.example/",
    "file:///etc/passwd",
    "http://",
    "http://a:b@feeds.example/",
    "gopher://x",
    "http://feeds.example:25/",
    "http://feeds.example:99999/",
    "http://[::1",
]


async def refused(fetcher: Fetcher, url: str) -> str:
    with pytest.raises(FetchError) as caught:
        await fetcher.fetch(url)
    return caught.value.code


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e"])
def test_an_address_on_the_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_of_any_other_network_is_not(address: str) -> None:
    assert not is_public(address)


async def test_a_host_in_ones_own_network_is_fetched_from_only_where_the_operator_says_so() -> None:
    async with serving(saying(b"news", content_type="text/plain", etag='"1"')) as port:
        url = f"http://feeds.example:{port}/news"
        assert await refused(Fetcher(resolve=knowing(feeds=[HERE])), url) == "forbidden_host"
        found = await Fetcher(["feeds.example"], knowing(feeds=[HERE])).fetch(url)
    assert (found.content, found.content_type, found.etag, found.url) == (b"news", "text/plain", '"1"', url)


async def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    fetcher = Fetcher(resolve=knowing(feeds=["93.184.215.14", "10.0.0.7"]))
    assert await refused(fetcher, "http://feeds.example/") == "forbidden_host"


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "localhost", "0x7f.1", "2130706433", "[::ffff:7f00:1]"])
async def test_the_own_machine_is_refused_however_it_is_written(host: str) -> None:
    assert await refused(Fetcher(), f"http://{host}:8000/") in ("forbidden_host", "unknown_host", "not_an_address")


@pytest.mark.parametrize("url", ["", "http://x/" + "y" * 3000, *NO_WEB_ADDRESSES])
async def test_what_is_no_address_of_the_web_is_not_asked(url: str) -> None:
    assert await refused(Fetcher(), url) == "not_an_address"


async def test_a_host_without_an_address_is_unknown() -> None:
    assert await refused(Fetcher(resolve=knowing(feeds=[])), "http://feeds.example/") == "unknown_host"


async def test_the_connection_goes_to_the_address_that_was_checked() -> None:
    """The name stands for another host at every question, as with an attack by its name server."""
    asked: list[str] = []
    heads: list[str] = []

    async def resolve(host: str, _port: int) -> list[str]:
        asked.append(host)
        return [HERE] if len(asked) == 1 else ["10.0.0.1"]

    async def answer(head: str, writer: asyncio.StreamWriter) -> None:
        heads.append(head)
        await saying(b"news")("", writer)

    async with serving(answer) as port:
        await Fetcher(["feeds.example"], resolve).fetch(f"http://feeds.example:{port}/")
    assert asked == ["feeds.example"]
    assert f"host: feeds.example:{port}\r\n" in heads[0].lower()


async def test_a_redirect_is_followed_through_the_same_door() -> None:
    async with serving(saying(b"news")) as target, serving(saying(b"", "302 Found", location="/")) as loop:
        around = saying(b"", "301 Moved", location=f"http://feeds.example:{target}/")
        inwards = saying(b"", "301 Moved", location="http://inside.example/secret")
        fetcher = Fetcher(["feeds.example"], knowing(feeds=[HERE], inside=["192.168.1.1"]))
        async with serving(around) as one, serving(inwards) as other:
            assert (await fetcher.fetch(f"http://feeds.example:{one}/")).content == b"news"
            assert await refused(fetcher, f"http://feeds.example:{other}/") == "forbidden_host"
        assert await refused(fetcher, f"http://feeds.example:{loop}/") == "redirects"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (saying(b"x" * 2000), "too_large"),
        (saying(b"x", content_encoding="gzip"), "unreachable"),
        (saying(b"gone", "404 Not Found"), "status"),
        (saying(b"", "302 Found"), "redirects"),
        (saying(b"", "302 Found", location="file:///etc/passwd"), "not_an_address"),
        (saying(b"", "302 Found", location="http://[::1"), "not_an_address"),
        (saying(b"", "302 Found", location="http://a\u2100b/"), "not_an_address"),
    ],
)
async def test_an_answer_that_is_not_what_was_asked_for_is_named(answer: Answering, code: str) -> None:
    async with serving(answer) as port:
        with pytest.raises(FetchError) as caught:
            await Fetcher([HERE]).fetch(f"http://{HERE}:{port}/", most_bytes=1000)
    assert caught.value.code == code


async def test_an_answer_that_breaks_off_or_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def breaks_off(_head: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")

    async def drips(_head: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n")
        while not writer.is_closing():
            writer.write(b".")
            await writer.drain()
            await asyncio.sleep(0.01)

    async with serving(breaks_off) as broken, serving(drips) as slow:
        assert await refused(Fetcher([HERE]), f"http://{HERE}:{broken}/") == "unreachable"
        monkeypatch.setattr(fetch, "WHOLE_S", 0.3)
        assert await refused(Fetcher([HERE]), f"http://{HERE}:{slow}/") == "too_slow"


async def test_nobody_listening_is_said_so() -> None:
    async with serving(saying(b"")) as port:
        pass
    assert await refused(Fetcher([HERE]), f"http://{HERE}:{port}/") == "unreachable"


async def test_the_second_address_of_a_host_is_tried_when_the_first_does_not_answer() -> None:
    async with serving(saying(b"news")) as port:
        fetcher = Fetcher(["feeds.example"], knowing(feeds=["127.0.0.2", HERE]))
        assert (await fetcher.fetch(f"http://feeds.example:{port}/")).content == b"news"


async def test_unchanged_news_are_asked_for_by_their_mark() -> None:
    async with serving(saying(b"", "304 Not Modified", etag='"7"')) as port:
        found = await Fetcher([HERE]).fetch(f"http://{HERE}:{port}/", headers={"if-none-match": '"7"'})
    assert (found.status, found.content, found.etag) == (304, b"", '"7"')


@pytest.mark.parametrize("mark", ['"\u00e9"', '"a\r\nx-more: b"', "\udce9"])
async def test_a_mark_that_can_be_no_header_is_not_said_again(mark: str) -> None:
    heads: list[str] = []

    async def answer(head: str, writer: asyncio.StreamWriter) -> None:
        heads.append(head.lower())
        await saying(b"news")("", writer)

    async with serving(answer) as port:
        found = await Fetcher([HERE]).fetch(f"http://{HERE}:{port}/", headers={"if-none-match": mark})
    assert found.content == b"news"
    assert "if-none-match" not in heads[0]


async def test_the_certificate_must_be_the_names(tmp_path: Path) -> None:
    """Although the connection is made to an address."""
    served = certified(tmp_path, "feeds.example")
    fetcher = Fetcher(["feeds.example", "other.example"], knowing(feeds=[HERE], other=[HERE]))
    fetcher._trust = httpx2.create_ssl_context(trust_env=False)
    fetcher._trust.load_verify_locations(tmp_path / "host.pem")
    async with serving(saying(b"news"), served) as port:
        assert (await fetcher.fetch(f"https://feeds.example:{port}/")).content == b"news"
        assert await refused(fetcher, f"https://other.example:{port}/") == "unreachable"
