"""Which product of the viewer's fits a need, and why: one interface, and a plain way of answering.

`WordFitting` compares tags and words and stands in until real matching takes its place in the composition root.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from directory.needs.seen import Seen
from directory.organisations.industries import INDUSTRIES
from directory.organisations.model import Tag
from directory.organisations.technologies import TECHNOLOGIES
from directory.products.model import Product, ProductRemoval, ProductText
from directory.terms import folded
from web.i18n import translations

# Products of somebody that are compared: more than anybody has looked after.
PRODUCTS_MOST = 200
# Characters of a text that are compared.
TEXT_MOST = 2_000


@dataclass(frozen=True)
class Fit:
    """A product that fits a need. The score orders fits of one viewer, and means nothing else."""

    product_id: str
    names: Mapping[str, str]  # by language
    score: float
    technologies: tuple[str, ...] = ()  # codes that both have
    industries: tuple[str, ...] = ()
    words: tuple[str, ...] = ()  # that stand in both

    def name(self, locale: str) -> str:
        """The product's name for a reader of this language."""
        return self.names.get(locale) or next((name for name in self.names.values() if name), "")

    def reason(self, locale: str) -> str:
        """Why, in one sentence."""
        _ = translations(locale).gettext
        known = [TECHNOLOGIES.name(code, locale) for code in self.technologies]
        known += [INDUSTRIES.name(code, locale) for code in self.industries]
        if known and self.words:
            parts = {"topics": ", ".join(known[:2]), "words": _quoted(self.words[:3], locale)}
            return _("Both are about %(topics)s, and speak of %(words)s.") % parts
        if known:
            return _("Both are about %(topics)s.") % {"topics": ", ".join(known[:3])}
        return _("Both speak of %(words)s.") % {"words": _quoted(self.words[:4], locale)}


class Fitting(Protocol):
    """Answers which product of some organisations fits which need."""

    async def best(
        self, session: AsyncSession, organisation_ids: Collection[str], needs: Sequence[Seen]
    ) -> Mapping[str, Fit]:
        """The best fit of each need, by the need's id; needs that nothing fits are missing. A bounded number of
        queries, however many needs there are."""
        ...


@dataclass(frozen=True)
class Thing:
    """A product as far as fitting goes."""

    id: str
    names: Mapping[str, str]
    words: frozenset[str]
    technologies: frozenset[str]
    industries: frozenset[str]


class WordFitting:
    """Compares the tags of organisations with those of needs, and the words of products with those of needs."""

    async def best(
        self, session: AsyncSession, organisation_ids: Collection[str], needs: Sequence[Seen]
    ) -> Mapping[str, Fit]:
        """See `Fitting`; three queries."""
        if not organisation_ids or not needs:
            return {}
        things = await _things(session, organisation_ids)
        found = {need.id: best_of(need, things) for need in needs if not need.mine}
        return {need_id: fit for need_id, fit in found.items() if fit is not None}


# What tags and words weigh: a shared technology is nearly a fit, one shared word is none.
TECHNOLOGY, INDUSTRY, TITLE_WORD, TEXT_WORD = 3.0, 1.0, 2.0, 0.75
# From here on it is shown. Two words of the title, or a technology and a word.
LEAST = 3.5

_WORD = re.compile(r"[a-z]{4,}")
_STOP = frozenset(
    re.findall(
        r"\w+",
        "aber alle also auch auf aus bei beim bis dass dem den der des die dies diese dieser durch eine einem "
        "einen einer eines fuer haben hier ihre ihnen ihrem ihren immer jede jeder kann keine mehr mit nach nicht "
        "noch nur oder ohne sehr sich sind soll sowie suchen sucht ueber und uns unser unsere vom von wenn werden "
        "wird wir wollen zum zur zwei about also been both could from have here into more most need needs offer "
        "offers only other our over seek seeks should some such than that their them then there these they this "
        "those want wants were what when where which will with without would your based using used able each every "
        "many much very make makes made like help helps product products service services solution solutions "
        "system systems company produkt produkte loesung loesungen unternehmen system systeme jahr jahre year "
        "years ganz neue neuen neuer ",
    )
)


def best_of(need: Seen, things: Iterable[Thing]) -> Fit | None:
    """The thing that fits a need best, if one does. Pure."""
    title, text = _need_words(need)
    fits = [fit for thing in things if (fit := _fit(need, title, text, thing))]
    return max(fits, key=lambda fit: (fit.score, fit.product_id), default=None)


def words_of(texts: Iterable[str]) -> frozenset[str]:
    """The words of texts that say something, in lower case and without marks."""
    return frozenset(word for text in texts for word in _WORD.findall(folded(text[:TEXT_MOST])) if word not in _STOP)


def shared(needed: Iterable[str], there: Collection[str]) -> list[str]:
    """Those words that are there, too: as they are, or as part of a longer one ("laden" in "schnellladen")."""
    return sorted(word for word in needed if any(_same(word, other) for other in there))


def _same(one: str, other: str) -> bool:
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    return len(short) >= 5 and (long.startswith(short) or long.endswith(short))


def _fit(need: Seen, title: frozenset[str], text: frozenset[str], thing: Thing) -> Fit | None:
    technologies = tuple(sorted(thing.technologies & set(need.technologies)))
    industries = tuple(sorted(thing.industries & set(need.industries)))
    in_title, in_text = shared(title, thing.words), shared(text - title, thing.words)
    score = TECHNOLOGY * bool(technologies) + INDUSTRY * bool(industries)
    score += TITLE_WORD * min(3, len(in_title)) + TEXT_WORD * min(4, len(in_text))
    if score < LEAST or not (in_title or len(in_text) > 1):
        return None
    return Fit(thing.id, thing.names, score, technologies, industries, tuple(in_title + in_text)[:4])


def _need_words(need: Seen) -> tuple[frozenset[str], frozenset[str]]:
    said = need.texts.values()
    return words_of(each.title for each in said), words_of(each.text for each in said)


def _quoted(words: Iterable[str], locale: str) -> str:
    form = "„{}“" if locale == "de" else "“{}”"
    return ", ".join(form.format(word) for word in words)


async def _things(session: AsyncSession, organisation_ids: Collection[str]) -> list[Thing]:
    gone = select(ProductRemoval.product_id).where(ProductRemoval.product_id == Product.id).exists()
    query = select(Product.id, Product.organisation_id).where(Product.organisation_id.in_(organisation_ids), ~gone)
    owners = {row.id: row.organisation_id for row in await session.execute(query.limit(PRODUCTS_MOST))}
    texts = await session.scalars(select(ProductText).where(ProductText.product_id.in_(owners)))
    said: dict[str, list[ProductText]] = {}
    for each in texts:
        said.setdefault(each.product_id, []).append(each)
    tags = (await session.scalars(select(Tag).where(Tag.organisation_id.in_(organisation_ids)))).all()
    return [
        Thing(
            id=product_id,
            names={each.locale: each.name for each in said.get(product_id, ())},
            words=words_of(f"{each.name} {each.line} {each.description}" for each in said.get(product_id, ())),
            technologies=_codes(tags, owners[product_id], "technology"),
            industries=_codes(tags, owners[product_id], "industry"),
        )
        for product_id in owners
    ]


def _codes(tags: Iterable[Tag], organisation_id: str, kind: str) -> frozenset[str]:
    return frozenset(tag.code for tag in tags if tag.organisation_id == organisation_id and tag.kind == kind)
