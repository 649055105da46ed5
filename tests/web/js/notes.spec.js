import { Notes } from "fairmatch/meetings/notes";
import { equal, settle, test } from "/harness.js";

/** Notes in a field as the page brings them, and what is sent of them; the test answers. */
function written({ text = "", version = 0, isIn = false } = {}) {
  const field = document.createElement("textarea");
  const number = Object.assign(document.createElement("input"), { type: "hidden", value: String(version) });
  field.defaultValue = text;
  document.body.append(field);
  if (isIn) field.focus();
  const [asked, said, leaving] = [[], [], new AbortController()];
  const notes = new Notes(field, number, (words) => said.push(words));
  const ask = (what) => new Promise((resolve, reject) => asked.push({ ...what, resolve, reject }));
  notes.sendWith(ask, leaving.signal);
  const answer = async (how) => (asked.shift().resolve(how), await settle());
  const lose = async () => (asked.shift().reject(new Error("closed")), await settle());
  const type = async (words) => ((field.value = words), void notes.send(), await settle());
  return { notes, field, asked, said, answer, lose, type, leave: () => leaving.abort(), remove: () => field.remove() };
}

/** @param {(there: ReturnType<typeof written>) => Promise<void>} check @param {Parameters<typeof written>[0]} [how] */
async function withNotes(check, how) {
  const there = written(how);
  try {
    await check(there);
  } finally {
    there.remove();
  }
}

const asks = ({ asked }) => asked.map(({ text, version }) => [text, version]);

test("what is typed while something is being sent is sent after it, upon what it became", () =>
  withNotes(async (there) => {
    await there.type("a");
    await there.type("ab");
    equal(asks(there), [["a", 0]]);
    await there.answer({ taken: true, version: 1, text: "a" });
    equal(asks(there), [["ab", 1]]);
    await there.answer({ taken: true, version: 2, text: "ab" });
    equal([there.notes.isUnsaved, asks(there)], [false, []]);
  }));

test("who writes at the same time has both texts, and both are sent", () =>
  withNotes(async (there) => {
    await there.type("mine");
    there.notes.show({ text: "theirs", version: 1 });
    equal(there.field.value, "mine");
    await there.answer({ taken: false, version: 1, text: "theirs" });
    equal([there.field.value, asks(there)], ["theirs\nmine", [["theirs\nmine", 1]]]);
    await there.answer({ taken: true, version: 2, text: "theirs\nmine" });
    equal([there.field.value, there.notes.version], ["theirs\nmine", 2]);
  }));

test("of what others wrote the newest counts, in whatever order it is heard of", () =>
  withNotes(async (there) => {
    await there.type("mine");
    there.notes.show({ text: "theirs, then more", version: 3 });
    there.notes.show({ text: "theirs", version: 2 });
    await there.answer({ taken: true, version: 1, text: "mine" });
    equal([there.field.value, there.notes.version], ["theirs, then more", 3]);
  }));

test("one's own text whose answer got lost is not taken for somebody else's", () =>
  withNotes(async (there) => {
    await there.type("agenda: ");
    await there.lose(); // it had arrived
    equal(there.said, ["Not saved yet: what you typed is still here."]);
    await there.type("agenda: prices");
    await there.answer({ taken: false, version: 1, text: "agenda:" });
    equal([there.field.value, asks(there)], ["agenda: prices", [["agenda: prices", 1]]]);
  }));

test("what others write is shown where nothing is unsaved, and the caret stays at its words", () =>
  withNotes(async ({ notes, field }) => {
    field.setSelectionRange(3, 3);
    notes.show({ text: "first one two", version: 2 });
    equal([field.value, field.selectionStart, notes.isUnsaved], ["first one two", 9, false]);
    notes.show({ text: "late", version: 1 });
    equal(field.value, "first one two");
  }, { text: "one two", version: 1, isIn: true }));

test("what others wrote while something was being sent is shown after it", () =>
  withNotes(async (there) => {
    await there.type("mine");
    there.notes.show({ text: "mine and theirs", version: 2 });
    await there.answer({ taken: true, version: 1, text: "mine" });
    equal([there.field.value, there.notes.version], ["mine and theirs", 2]);
  }));

test("what is unsaved goes on where the page is loaded anew, and the former page sends no more", () =>
  withNotes(async (former) => {
    await former.type("half a sen");
    const kept = former.notes.keep();
    await former.answer({ taken: false, version: 1, text: "theirs" });
    equal([former.field.value, asks(former)], ["half a sen", []]);
    await withNotes(async (there) => {
      there.notes.goOn(kept);
      void there.notes.send();
      equal([there.field.value, asks(there)], ["half a sen", [["half a sen", 0]]]);
      await there.answer({ taken: false, version: 1, text: "theirs" });
      equal(there.field.value, "theirs\nhalf a sen");
    }, { text: "theirs", version: 1 });
  }));

test("whoever leaves the page right after typing has it saved", () =>
  withNotes(async ({ field, asked, leave, remove }) => {
    field.value = "by";
    field.dispatchEvent(new Event("input"));
    remove();
    leave();
    await settle();
    equal(asked.map(({ text }) => text), ["by"]);
  }));

test("a page that was made before the last saving has what was saved, and one made after it has its own", () =>
  withNotes(async (former) => {
    await former.type("saved");
    await former.answer({ taken: true, version: 5, text: "saved" });
    const kept = former.notes.keep();
    for (const [page, version, shown] of [["sav", 4, "saved"], ["saved and more", 6, "saved and more"]])
      await withNotes(async ({ notes, field }) => {
        notes.goOn(kept);
        equal([field.value, notes.isUnsaved], [shown, false]);
      }, { text: page, version });
  }));

test("the caret goes along to the new page, and is not brought where it was not", () =>
  withNotes(async (former) => {
    former.field.setSelectionRange(2, 2);
    const kept = former.notes.keep();
    await withNotes(async ({ notes, field }) => {
      notes.goOn({ ...kept, isIn: false });
      equal(document.activeElement === field, false);
      notes.goOn(kept);
      equal([document.activeElement === field, field.selectionStart], [true, 2]);
    }, { text: "words" });
  }, { text: "words", isIn: true }));
