"""What every table stands on."""

import pytest
from sqlalchemy import select

from people import operators
from people.model import Person
from server.kernel.parts import Kernel
from server.kernel.tables import named_like, small_letters
from server.kernel.text import BARE, plain

# More letters than SQLite takes one function within another for.
ALPHABETS = "абвгдежзийклмнопрстуфхцчшщъыьэюя αβγδεζηθικλμνξοπρστυφχψω"
NAMES = ["Ada LING", "Özlem KAYA", "ЕЛЕНА Орлова", "Ελένη", "李小龍", ALPHABETS.upper()[:80]]


@pytest.mark.parametrize("name", NAMES)
async def test_a_word_is_found_in_any_case_in_every_script(kernel: Kernel, name: str) -> None:
    async with kernel.database.write() as uow:
        for number, each in enumerate(NAMES):
            await operators.add_person(uow, each, f"p{number}@example.org")
    async with kernel.database.read() as session:
        for word in (name, name.lower(), name.upper()):
            same = small_letters(Person.name, word) == word.lower()
            assert list(await session.scalars(select(Person.name).where(same))) == [name], word
            holds = small_letters(Person.name, word).contains(word[1:-1].lower(), autoescape=True)
            assert name in list(await session.scalars(select(Person.name).where(holds))), word


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Hydro Lumière", ["lumiere", "LUMIÈRE", "lumière", "Lumiere", "o l"]),
        ("Jörg Müller", ["jorg", "Joerg", "JÖRG", "muller", "Mueller", "müller"]),
        ("Łukasz Strauß", ["lukasz", "ŁUKASZ", "strauss", "Strauß", "STRAUSS", "straus"]),
        ("Søren Ærø", ["soren", "søren", "aero", "Ærø"]),
        ("Manuel Bauer", ["manuel", "bauer"]),
        ("Елена Ёлкина", ["елена", "ЁЛКИНА"]),
        ("100 % Grün_Strom (A|B) [x] c\\d*", ["100 %", "n_s", "gruen", "(a|b)", "[x]", "\\d*", "c\\d"]),
    ],
)
async def test_a_name_is_found_with_and_without_its_accents(kernel: Kernel, name: str, typed: list[str]) -> None:
    async with kernel.database.write() as uow:
        for number, each in enumerate(("Ada Ling", name)):
            await operators.add_person(uow, each, f"p{number}@example.org")
    async with kernel.database.read() as session:
        for word in typed:
            found = await session.scalars(select(Person.name).where(named_like(Person.name, word)))
            assert list(found) == [name], word


async def test_both_databases_leave_out_the_accents_of_every_letter(kernel: Kernel) -> None:
    letters = "".join([*BARE, *"ßẞæÆœŒ"])
    names = [letters[start : start + 70] for start in range(0, len(letters), 70)]
    async with kernel.database.write() as uow:
        for number, each in enumerate(names):
            await operators.add_person(uow, each, f"p{number}@example.org")
    async with kernel.database.read() as session:
        for name in names:
            assert plain(name).isascii()
            for word in (name, plain(name)):
                found = await session.scalars(select(Person.name).where(named_like(Person.name, word)))
                assert list(found) == [name], word


async def test_what_is_not_there_is_not_found_either(kernel: Kernel) -> None:
    async with kernel.database.write() as uow:
        await operators.add_person(uow, "Ada Ling", "ada@example.org")
    async with kernel.database.read() as session:
        found = small_letters(Person.photo, ALPHABETS).contains(ALPHABETS, autoescape=True)
        assert list(await session.scalars(select(Person.id).where(found))) == []
