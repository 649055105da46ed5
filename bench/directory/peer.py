"""The peer: plain PostgreSQL full text on the same texts: to_tsvector, ts_rank, a GIN index, and no more."""

from __future__ import annotations

import time
from collections.abc import Sequence

import psycopg

from bench.directory.cases import CASES, TIMES, WARM
from bench.figures import percentile
from directory.search.asking import Asked

NAME = "PostgreSQL full text"
SAYS = (
    "plain PostgreSQL: a column to_tsvector('german', name, line, text) with a GIN index, plainto_tsquery, ts_rank, "
    "the best 20 and their number; facets as columns, without counts of other values"
)
_MAKE = """
CREATE TABLE peer AS
  SELECT o.id, 'organisation' AS kind, o.name, lower(o.country) AS country, o.kind AS type, o.created_at,
         to_tsvector('german', o.name || ' ' || t.pitch || ' ' || t.description) AS words
    FROM organisations o JOIN organisation_texts t ON t.organisation_id = o.id
  UNION ALL
  SELECT p.id, 'product', t.name, '', '', p.created_at,
         to_tsvector('german', t.name || ' ' || t.line || ' ' || t.description)
    FROM products p JOIN product_texts t ON t.product_id = p.id
  UNION ALL
  SELECT n.id, 'need', t.title, lower(n.country), '', n.created_at, to_tsvector('german', t.title || ' ' || t.text)
    FROM needs n JOIN need_texts t ON t.need_id = n.id;
CREATE INDEX ON peer USING gin (words);
ANALYZE peer;
"""


def measure(url: str) -> dict[str, dict[str, float]]:
    """The figures of each case that has words."""
    with psycopg.connect(url, autocommit=True) as connection:
        if connection.execute("SELECT to_regclass('peer')").fetchone() == (None,):  # not kept from the last time
            connection.execute(_MAKE)
        return {case.name: _measured(connection, [each for each in case.asked if each.words]) for case in CASES}


def _measured(connection: psycopg.Connection, asked: Sequence[Asked]) -> dict[str, float]:
    took, found = [], []
    for number in range(WARM + TIMES):
        begun = time.perf_counter()
        count = _ask(connection, asked[number % len(asked)])
        if number >= WARM:
            took.append((time.perf_counter() - begun) * 1000)
            found.append(count)
    took.sort()
    return {
        "search_p50_ms": percentile(took, 0.5),
        "search_p95_ms": percentile(took, 0.95),
        "found": sum(found) / len(found),
    }


def _ask(connection: psycopg.Connection, asked: Asked) -> int:
    """The best 20 of all kinds, or of one; how many there are."""
    words, countries = asked.words, list(asked.facets.get("country", ()))
    rows = connection.execute(
        "SELECT id, name, ts_rank(words, query) AS rank, count(*) OVER () AS found"
        "  FROM peer, plainto_tsquery('german', %(words)s) AS query"
        " WHERE words @@ query AND (%(kind)s = '' OR kind = %(kind)s)"
        "   AND (cardinality(%(countries)s::text[]) = 0 OR country = ANY(%(countries)s))"
        " ORDER BY rank DESC, id LIMIT 20",
        {"words": words, "kind": asked.kind or "", "countries": countries},
    ).fetchall()
    return int(rows[0][3]) if rows else 0
