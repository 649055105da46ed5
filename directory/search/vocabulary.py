"""Every word that stands in the index, in an index of its own: which of them may be meant by a word that is typed.

It answers in well under a millisecond for each question, at half a million words: a dictionary with an automaton for
words that begin so or are misspelt, and trigrams for words that hold another.
"""

import math
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from tantivy import Document, Filter, Index, Occur, Query, SchemaBuilder, TextAnalyzerBuilder, Tokenizer

from directory.search.language import stem_analyser

# Bytes that the writer gathers before it writes a part of the index: as small as the library takes.
HEAP = 16_000_000
GRAM = 3
# Words that are compared letter by letter, for one question.
RESEMBLING_MOST = 150


def _schema() -> Any:
    return (
        SchemaBuilder()
        .add_text_field("word", stored=True, tokenizer_name="raw", index_option="basic")
        .add_text_field("german", tokenizer_name="stem_german", index_option="basic")
        .add_text_field("english", tokenizer_name="stem_english", index_option="basic")
        .add_text_field("grams", tokenizer_name="grams", index_option="basic")
        .add_unsigned_field("common", fast=True, stored=True)
        .build()
    )


SCHEMA = _schema()


def open_index(folder: Path) -> Any:
    """The vocabulary in a folder, made when there is none. Raises ValueError or OSError when it is broken."""
    folder.mkdir(parents=True, exist_ok=True)
    index = Index(SCHEMA, path=str(folder))
    for language in ("german", "english"):
        index.register_tokenizer(f"stem_{language}", stem_analyser(language))
    grams = TextAnalyzerBuilder(Tokenizer.ngram(GRAM, GRAM, False)).filter(Filter.lowercase()).build()
    index.register_tokenizer("grams", grams)
    index.config_reader("manual")
    return index


def commonness(documents: int) -> int:
    """How common a word is, in steps: by the number of documents it stands in, each step is half as much again."""
    return round(math.log(documents, 1.5)) if documents > 0 else 0


def _resembles(word: str, text: str, typos: int) -> bool:
    """Whether a part of the word is at most so many slips away from the text (optimal string alignment)."""
    from rapidfuzz.distance import OSA  # not before somebody mistypes: a start loads nothing that is heavy

    for size in range(len(text) - typos, len(text) + typos + 1):
        for at in range(len(word) - size + 1):
            if OSA.distance(word[at : at + size], text, score_cutoff=typos) <= typos:
                return True
    return False


class VocabularyWriter:
    """Keeps the words that documents brought. Used by the one process that writes."""

    def __init__(self, index: Any) -> None:
        self._index = index
        self._writer = index.writer(HEAP, 1)

    def keep(self, documents_with: Mapping[str, int]) -> None:
        """Have these words known, each with the number of documents in which it stands now."""
        changed = {word: commonness(count) for word, count in documents_with.items()}
        for word, known in self._known(changed).items():
            if known == changed[word]:
                del changed[word]
            else:
                self._writer.delete_documents_by_term("word", word)
        for word, common in changed.items():
            values = {"word": word, "german": word, "english": word, "grams": word, "common": common}
            self._writer.add_document(Document.from_dict(values, SCHEMA))

    def commit(self) -> None:
        """Show readers what was kept."""
        self._writer.commit()
        self._index.reload()

    def close(self) -> None:
        """End; what was not committed is lost."""
        self._writer.rollback()
        self._writer = None

    def _known(self, words: Collection[str]) -> dict[str, int]:
        if not words:
            return {}
        searcher = self._index.searcher()
        found = searcher.search(Query.term_set_query(SCHEMA, "word", list(words)), len(words), count=False)
        addresses = [address for _, address in found.hits]
        common = searcher.fast_field_values("common", addresses)
        return {searcher.doc(each)["word"][0]: int(value) for each, value in zip(addresses, common, strict=True)}


class Vocabulary:
    """One look at the words, as they were at one moment."""

    def __init__(self, searcher: Any) -> None:
        self._searcher = searcher

    def has(self, word: str) -> bool:
        """Whether the word stands in any document."""
        return bool(self._searcher.doc_freq("word", word))

    def of_stem(self, stems: tuple[str, str], most: int) -> list[str]:
        """Words that bend from the same German or English stem."""
        german, english = stems
        either = [
            (Occur.Should, Query.term_query(SCHEMA, "german", german, "basic")),
            (Occur.Should, Query.term_query(SCHEMA, "english", english, "basic")),
        ]
        return self._words(Query.boolean_query(either), most)

    def beginning(self, text: str, most: int) -> list[str]:
        """Words that begin so."""
        return self._words(Query.fuzzy_term_query(SCHEMA, "word", text, 0, True, True), most)

    def holding(self, text: str, most: int) -> list[str]:
        """Words in which this stands somewhere; `text` has at least three letters."""
        grams = {text[at : at + GRAM] for at in range(len(text) - GRAM + 1)}
        all_of_them = [(Occur.Must, Query.term_query(SCHEMA, "grams", gram, "basic")) for gram in sorted(grams)]
        # Trigrams may all be there in another order, so some of what is found falls away.
        return [word for word in self._words(Query.boolean_query(all_of_them), 2 * most) if text in word][:most]

    def near(self, text: str, typos: int, most: int, *, begins: bool = False) -> list[str]:
        """Words at most so many slips away: a letter wrong, missing, too many, or two swapped. `begins`: words of
        which the beginning is so near."""
        return self._words(Query.fuzzy_term_query(SCHEMA, "word", text, typos, True, begins), most)

    def resembling(self, text: str, typos: int, most: int) -> list[str]:
        """Words in which something stands that is at most so many slips away. Those with most trigrams in common are
        looked at."""
        grams = sorted({text[at : at + GRAM] for at in range(len(text) - GRAM + 1)})
        some_of_them = [(Occur.Should, Query.term_query(SCHEMA, "grams", gram, "basic")) for gram in grams]
        # A slip changes up to four trigrams.
        least = max(2, len(grams) - 4 * typos)
        found = self._searcher.search(Query.boolean_query(some_of_them, least), RESEMBLING_MOST, count=False)
        words = [self._searcher.doc(address)["word"][0] for _, address in found.hits]
        return [word for word in words if _resembles(word, text, typos)][:most]

    def _words(self, query: Any, most: int) -> list[str]:
        """The most common ones first; of equal ones in the order of the alphabet, so that it is always the same."""
        found = self._searcher.search(query, most, count=False, order_by_field="common")
        words = [(-(common or 0), self._searcher.doc(address)["word"][0]) for common, address in found.hits]
        return [word for _, word in sorted(words)]
