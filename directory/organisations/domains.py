"""Hosts of websites and mail addresses: one spelling for each, and whose mailbox proves that one belongs there.

A claim stands on the exact host alone, in its ASCII form (RFC 5891, as browsers and mail servers have it): a look-alike
in other scripts is another host, `straße.example` is not `strasse.example`, and neither a sub-domain nor a parent
proves anything about the other (a customer at `acme.sites.example` is not `sites.example`).
"""

import re
from urllib.parse import urlsplit

import idna

# Characters of a host name, by RFC 1035.
HOST_MOST = 253
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
# An address as most are written, with its host in its one spelling already: imports look at millions.
_PLAIN_ADDRESS = re.compile(
    r"https?://(?:www\.)?+((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63})(?:[/?#][!-~]*)?"
)

# Mailboxes that anybody can have: an address there proves nothing.
_FREE_MAIL = """
    aim.com aol.com aol.de arcor.de bluewin.ch btinternet.com comcast.net cox.net duck.com email.de
    email.com eclipso.de fastmail.com fastmail.fm free.fr freenet.de freemail.hu gmail.com gmx.at
    gmx.ch gmx.com gmx.de gmx.eu gmx.fr gmx.info gmx.net gmx.org gmx.co.uk googlemail.com hey.com
    hispeed.ch hotmail.co.uk hotmail.com hotmail.de hotmail.es hotmail.fr hotmail.it hushmail.com
    icloud.com inbox.lv inbox.ru kabelmail.de laposte.net libero.it list.ru live.at live.be live.ca
    live.co.uk live.com live.de live.fr live.it live.nl lycos.com mac.com mail.bg mail.com mail.de
    mail.ee mail.ru mailbox.org mailinator.com me.com msn.com myyahoo.com naver.com netcologne.de
    o2.pl o2mail.de onet.pl online.de orange.fr outlook.at outlook.com outlook.de outlook.es
    outlook.fr outlook.it pm.me posteo.at posteo.ch posteo.de posteo.eu posteo.net posteo.org
    proton.me protonmail.ch protonmail.com qq.com rambler.ru rediffmail.com rocketmail.com
    runbox.com sapo.pt seznam.cz sfr.fr sina.com skynet.be t-online.de tiscali.it tuta.com tuta.io
    tutamail.com tutanota.com tutanota.de tutanota.io ukr.net unitybox.de versanet.de virgilio.it
    vodafone.de wanadoo.fr web.de windowslive.com wp.pl yahoo.at yahoo.ca yahoo.co.in yahoo.co.jp
    yahoo.co.uk yahoo.com yahoo.com.br yahoo.de yahoo.es yahoo.fr yahoo.in yahoo.it yandex.com
    yandex.ru ymail.com yopmail.com 10minutemail.com guerrillamail.com sharklasers.com temp-mail.org
    trashmail.com trashmail.de wegwerfmail.de zoho.com 126.com 163.com 1und1.de ewetel.net ewe.net
    gmx.biz hanmail.net daum.net
    a1.net abv.bg aim.net alice.de alice.it aol.co.uk aol.fr aol.it aon.at att.net azet.sk bbox.fr
    bellsouth.net bigpond.com bk.ru blueyonder.co.uk bol.com.br bt.com centrum.cz centrum.sk
    charter.net chello.at club-internet.fr cock.li disroot.org earthlink.net email.cz firemail.de
    foxmail.com freenet.at freemail.it gazeta.pl gmx.li gmx.us googlemail.co.uk home.nl hotmail.at
    hotmail.be hotmail.ca hotmail.ch hotmail.com.ar hotmail.com.br hotmail.com.tr hotmail.dk
    hotmail.gr hotmail.nl hotmail.no hotmail.se icloud.de ig.com.br inode.at interia.pl inwind.it
    iol.it juno.com kabelbw.de kpnmail.nl live.cn live.com.au live.com.mx live.com.pt live.dk
    live.ie live.jp live.no live.ru live.se magenta.de mail.ch mail.dk mailfence.com maildrop.cc
    movistar.es mynet.com neuf.fr ntlworld.com numericable.fr o2.co.uk o2online.de op.pl
    optusnet.com.au outlook.be outlook.cl outlook.co outlook.com.ar outlook.com.au outlook.com.br
    outlook.com.tr outlook.cz outlook.dk outlook.hu outlook.ie outlook.in outlook.jp outlook.kr
    outlook.pt outlook.sa outlook.sg outlook.sk planet.nl pobox.sk post.cz rogers.com riseup.net
    sbcglobal.net seznam.com shaw.ca sify.com sky.com sohu.com sunrise.ch sympatico.ca talktalk.net
    telefonica.net telenet.be terra.com.br tin.it tlen.pl uol.com.br utanet.at verizon.net
    virginmedia.com volny.cz xs4all.nl xtra.co.nz ya.ru yahoo.cn yahoo.co.id yahoo.co.kr yahoo.co.nz
    yahoo.co.th yahoo.co.za yahoo.com.ar yahoo.com.au yahoo.com.hk yahoo.com.mx yahoo.com.ph
    yahoo.com.sg yahoo.com.tr yahoo.com.tw yahoo.com.vn yahoo.cz yahoo.dk yahoo.gr yahoo.hu yahoo.ie
    yahoo.nl yahoo.no yahoo.pl yahoo.pt yahoo.ro yahoo.se yeah.net zeelandnet.nl ziggo.nl
"""
FREE_MAIL = frozenset(_FREE_MAIL.split())
# Hosts on which others have their pages: a page there says nothing about who is behind the host.
_SHARED_HOSTS = """
    facebook.com instagram.com linkedin.com xing.com twitter.com x.com youtube.com youtu.be
    tiktok.com medium.com github.com github.io gitlab.io notion.so notion.site google.com
    sites.google.com docs.google.com bit.ly linktr.ee apps.apple.com play.google.com wordpress.com
    blogspot.com wixsite.com wix.com squarespace.com webflow.io jimdo.com jimdofree.com
    jimdosite.com weebly.com myshopify.com etsy.com amazon.com amazon.de ebay.de ebay.com
    kickstarter.com indiegogo.com crunchbase.com angel.co wellfound.com carrd.co strikingly.com
    godaddysites.com netlify.app vercel.app herokuapp.com web.app firebaseapp.com azurewebsites.net
    pages.dev
"""
SHARED_HOSTS = frozenset(_SHARED_HOSTS.split())
_OF_MANY = FREE_MAIL | SHARED_HOSTS


def domain_of(website: str) -> str:
    """The host of a web address in its one spelling: lower case, ASCII, no "www.", no port. Empty if it has none."""
    if plain := _plain_host(website):
        return plain
    try:
        host = urlsplit(website if "//" in website else f"//{website}").hostname or ""
    except ValueError:
        return ""
    return host_of(host.removeprefix("www."))


def host_of(text: str) -> str:
    """A host name in its one spelling; empty for what is none, such as a number or a name without a dot."""
    text = text.strip().rstrip(".").lower()
    try:
        # Not Python's own codec: it is that of RFC 3490, by which ß is ss, and others own that name.
        host = text if text.isascii() else idna.encode(text, uts46=True).decode("ascii")
    except UnicodeError:
        return ""
    labels = host.split(".")
    if len(host) > HOST_MOST or len(labels) < 2 or labels[-1].isdigit():
        return ""
    return host if all(_LABEL.fullmatch(label) for label in labels) else ""


def is_plain_address(website: str) -> bool:
    """Whether this is a web address beyond doubt, as most are; others have to be taken apart."""
    return bool(_plain_host(website))


def is_claimable(domain: str) -> bool:
    """Whether a mailbox at this host can prove anything about an organisation whose website it is."""
    return bool(domain) and _OF_MANY.isdisjoint(_with_parents(domain))


def proves(email: str, domain: str) -> bool:
    """Whether who reads this (normalised, confirmed) address belongs to the organisation with this domain."""
    return is_claimable(domain) and host_of(email.rpartition("@")[2]) == domain


def _plain_host(website: str) -> str:
    plain = _PLAIN_ADDRESS.fullmatch(website)
    return plain[1] if plain and len(plain[1]) <= HOST_MOST else ""


def _with_parents(domain: str) -> list[str]:
    """A host and those above it: "a.b.example" is at "b.example" and at "example"."""
    labels = domain.split(".")
    return [".".join(labels[at:]) for at in range(len(labels))]
