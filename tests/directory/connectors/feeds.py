"""Feeds as they are found, and an internet of one's own to find them on."""

from dataclasses import dataclass, field

from server.kernel.fetch import Fetched, FetchError

RSS = b"""<?xml version="1.0" encoding="ISO-8859-1"?>
<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://nowhere.example/rss.dtd">
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>Voltbus &amp; friends</title>
<item><title>Neues B\xfcro</title><link>/blog/1</link><guid isPermaLink="false">one</guid>
<pubDate>Tue, 01 Sep 2026 10:00:00 +0200</pubDate>
<description>short</description>
<content:encoded><![CDATA[<p onclick="x()">Wir <b>ziehen</b> um.</p><script>alert(1)</script><img src="http://t.example/p.gif">
<a href="javascript:alert(2)">x</a><a href="https://voltbus.example/a">y</a>]]></content:encoded></item>
<item><description>Only a text, &lt;i&gt;no&lt;/i&gt; title</description><guid>https://voltbus.example/2</guid></item>
</channel></rss>"""
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title type="html">Volt &lt;b&gt;bus&lt;/b&gt;</title>
<entry><id>tag:a</id><title>First</title><link rel="self" href="/self"/><link href="https://voltbus.example/first"/>
<updated>2026-09-02T08:00:00Z</updated><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Hello
<em>you</em></p></div></content></entry>
<entry><id>tag:b</id><title>Second</title><summary>1 &lt; 2</summary>
<published>2026-09-01T08:00:00+02:00</published></entry>
<entry><id>tag:a</id><title>First, again</title></entry></feed>"""


@dataclass
class Internet:
    """Stands in for the guarded fetcher: an answer or a failure, and what was asked."""

    content: bytes = RSS
    etag: str = '"1"'
    failure: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)

    async def fetch(self, url: str, *, accept: str, most_bytes: int, headers: dict[str, str]) -> Fetched:
        """What stands there."""
        self.asked.append(headers)
        if self.failure:
            raise FetchError(self.failure, "as the test wants it")
        if headers.get("if-none-match") == self.etag:
            return Fetched(url, 304, b"", "", self.etag, "")
        return Fetched(url, 200, self.content, "application/rss+xml", self.etag, "")


def rss(*entries: tuple[str, str]) -> bytes:
    """A feed with entries, each an id and a title."""
    items = "".join(f"<item><guid>{key}</guid><title>{title}</title></item>" for key, title in entries)
    return f"<rss><channel><title>Blog</title>{items}</channel></rss>".encode()
