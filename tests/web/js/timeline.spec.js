import { Timeline, unreadAbove, withReaction } from "fairmatch/live/timeline";
import { created, message } from "/fakes.js";
import { equal, ok, test } from "/harness.js";

const me = { id: "aylin", name: "Aylin", photo: null };
const texts = (rows) => rows.map((row) => row.message.text);

function timeline(...messages) {
  const made = new Timeline();
  made.replace(messages);
  return made;
}

function entry(method, params, more = {}) {
  return { cid: "c1", channel: "chat:lobby", method, params, at: "2026-11-23T10:05:00Z", stage: "waiting", ...more };
}

test("a created message comes last", () => {
  const lobby = timeline(message(1));
  lobby.apply(created(2));
  equal(texts(lobby.rows([], me)), ["text 1", "text 2"]);
});

test("an edit changes text and mark of one message and leaves the others as they are", () => {
  const lobby = timeline(message(1), message(2));
  const [first] = lobby.messages;
  const d = { id: "m2", text: "better", mentions: ["aylin"], edited_at: "2026-11-23T10:06:00Z" };
  lobby.apply({ c: "chat:lobby", s: 3, k: "message.edited", d });
  ok(lobby.messages[0] === first, "the other message was made anew");
  equal([lobby.messages[1].text, lobby.messages[1].edited_at], ["better", "2026-11-23T10:06:00Z"]);
});

test("a deleted message stays as an empty row", () => {
  const lobby = timeline(message(1, { reactions: [{ emoji: "👍", count: 1, people: ["cem"] }] }));
  lobby.apply({ c: "chat:lobby", s: 2, k: "message.deleted", d: { id: "m1", by: "ben" } });
  const [row] = lobby.rows([], me);
  equal([row.message.deleted, row.message.text, row.message.reactions], [true, "", []]);
});

test("events about messages that are not loaded change nothing", () => {
  const lobby = timeline(message(5));
  lobby.apply({ c: "chat:lobby", s: 6, k: "message.deleted", d: { id: "m1", by: "ben" } });
  lobby.apply({ c: "chat:lobby", s: 7, k: "of.the.future", d: { id: "m5" } });
  equal(texts(lobby.rows([], me)), ["text 5"]);
});

test("a reaction is counted as the server counted it", () => {
  const liked = withReaction(message(1), "👍", "cem", true, 7);
  equal(liked.reactions, [{ emoji: "👍", count: 7, people: ["cem"] }]);
  equal(withReaction(liked, "👍", "cem", false, 0).reactions, []);
});

test("the same reaction twice counts once", () => {
  const once = withReaction(message(1), "👍", "aylin", true);
  equal(withReaction(once, "👍", "aylin", true).reactions, [{ emoji: "👍", count: 1, people: ["aylin"] }]);
});

test("what is being sent stands at the end", () => {
  const rows = timeline(message(1)).rows([entry("chat.send", { text: "hello" })], me);
  equal([texts(rows), rows[1].stage, rows[1].message.author], [["text 1", "hello"], "waiting", me]);
});

test("a message that was optimistic keeps its key, so that its row stays", () => {
  const lobby = timeline();
  const before = lobby.rows([entry("chat.send", { text: "hello" })], me);
  lobby.apply(created(1, { author: me, text: "hello" }, "c1"));
  const after = lobby.rows([], me);
  equal([before[0].key, after[0].key, after.length], ["c1", "c1", 1]);
});

test("an acknowledged message is not shown twice while its event and its acknowledgement cross", () => {
  const lobby = timeline();
  lobby.apply(created(1, { author: me, text: "hello" }));
  const sent = entry("chat.send", { text: "hello" }, { stage: "sent", s: 1, message: "m1" });
  equal(texts(lobby.rows([sent], me)), ["hello"]);
});

test("an acknowledged message stays shown until its event comes", () => {
  const sent = entry("chat.send", { text: "hello" }, { stage: "sent", s: 9, message: "m9" });
  const [row] = timeline().rows([sent], me);
  equal([row.message.text, row.stage], ["hello", null]);
});

test("edits, deletions and reactions show before they are acknowledged", () => {
  const lobby = timeline(message(1), message(2), message(3));
  const rows = lobby.rows([
    entry("chat.edit", { message: "m1", text: "better" }),
    entry("chat.delete", { message: "m2" }, { cid: "c2" }),
    entry("chat.react", { message: "m3", emoji: "👍", on: true }, { cid: "c3" }),
  ], me);
  equal(texts(rows), ["better", "", "text 3"]);
  equal([rows[1].message.deleted, rows[2].message.reactions[0].people], [true, ["aylin"]]);
  equal(rows.map(({ stage }) => stage), ["waiting", "waiting", null]);
});

test("a deletion that failed shows the message again", () => {
  const lobby = timeline(message(1));
  const [row] = lobby.rows([entry("chat.delete", { message: "m1" }, { stage: "failed" })], me);
  equal([row.message.deleted, row.stage], [false, "failed"]);
});

test("an edit that failed keeps what was typed", () => {
  const [row] = timeline(message(1)).rows([entry("chat.edit", { message: "m1", text: "b" }, { stage: "failed" })], me);
  equal([row.message.text, row.stage], ["b", "failed"]);
});

test("an older page comes before what is here, each message once", () => {
  const lobby = timeline(message(3), message(4));
  lobby.prepend([message(1), message(2), message(3)]);
  equal(texts(lobby.rows([], me)), ["text 1", "text 2", "text 3", "text 4"]);
});

test("trimming forgets the oldest", () => {
  const lobby = timeline(message(1), message(2), message(3));
  equal([lobby.trim(2), lobby.trim(2)], [true, false]);
  equal(texts(lobby.rows([], me)), ["text 2", "text 3"]);
});

test("of somebody who left for good neither words nor name stay", () => {
  const [ben, aylin] = ["0190a000-0000-7000-8000-000000000002", "aylin"];
  const lobby = timeline(
    message(1, { author: { id: ben, name: "Ben", photo: "/b.webp" } }),
    message(2, { author: me, text: `thanks @[Ben](${ben}) and all`, mentions: [ben, aylin] }),
  );
  lobby.apply({ c: "chat:lobby", s: 3, k: "person.erased", d: { person: ben } });
  const [gone, kept] = lobby.messages;
  equal([gone.author, gone.text, gone.deleted], [{ id: "", name: "", photo: null }, "", true]);
  equal([kept.text, kept.mentions], ["thanks @… and all", [aylin]]);
});

test("unread are messages of others above the mark that are still there", () => {
  const messages = [message(1), message(2, { author: me }), message(3), message(4, { deleted: true }), message(5)];
  equal([unreadAbove(messages, 0, "aylin"), unreadAbove(messages, 1, "aylin"), unreadAbove(messages, 5, "aylin")], [3, 2, 0]);
});
