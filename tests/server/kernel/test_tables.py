"""What every table stands on."""

import pytest
from sqlalchemy import select

from people import operators
from people.model import Person
from server.kernel.parts import Kernel
from server.kernel.tables import small_letters

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


async def test_what_is_not_there_is_not_found_either(kernel: Kernel) -> None:
    async with kernel.database.write() as uow:
        await operators.add_person(uow, "Ada Ling", "ada@example.org")
    async with kernel.database.read() as session:
        found = small_letters(Person.photo, ALPHABETS).contains(ALPHABETS, autoescape=True)
        assert list(await session.scalars(select(Person.id).where(found))) == []
