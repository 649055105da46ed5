import { Announcer } from "fairmatch/chat/announcer";
import { firstNew, layout } from "fairmatch/chat/layout";
import { authorsOf, matching } from "fairmatch/chat/people";
import { AT_MOST, AT_REST, STEP, Span } from "fairmatch/chat/span";
import { clean, parts, plain, withMentions, withoutMentions } from "fairmatch/chat/text";
import { FakeGround, message } from "/fakes.js";
import { equal, ok, test } from "/harness.js";

const AYLIN = "0190a000-0000-7000-8000-000000000001";
const BEN = "0190a000-0000-7000-8000-000000000002";

test("texts are taken apart as the server takes them apart", async () => {
  const { cases } = await (await fetch("/texts.json")).json();
  ok(cases.length > 10, "no cases");
  for (const { text, parts: expected } of cases) {
    const found = parts(text).map((part) =>
      "text" in part ? ["text", part.text] : "url" in part ? ["link", part.url] : ["mention", part.person, part.name]);
    equal(found, expected, text);
  }
});

test("names that were picked are called by their id when sent, and come back as names for editing", () => {
  const called = { "Aylin Demir": AYLIN, Aylin: BEN };
  const sent = withMentions("Hi @Aylin Demir, and @Aylin: @Aylinka is somebody else", called);
  equal(sent, `Hi @[Aylin Demir](${AYLIN}), and @[Aylin](${BEN}): @Aylinka is somebody else`);
  const back = withoutMentions(sent);
  equal(back, { text: "Hi @Aylin Demir, and @Aylin: @Aylinka is somebody else", called });
  equal(withMentions(back.text, back.called), sent);
});

test("nothing is called when nobody was picked", () => {
  equal(withMentions("mail me @home", {}), "mail me @home");
});

test("names with signs of regular expressions are names", () => {
  equal(withMentions("@A. (B)* x", { "A. (B)*": AYLIN }), `@[A. (B)*](${AYLIN}) x`);
});

test("what the line does not take is taken out before sending", () => {
  equal(clean("  a\u0000b\ud800c\r\nd\te\u0007 "), "abc\nd\te");
  equal(clean("👍🏽 Grüße"), "👍🏽 Grüße");
});

test("a text on one line names the people called", () => {
  equal(plain(`one\n\n two @[Ben](${BEN})`), "one two @Ben");
});

test("script is text and no link leads anywhere but to the web", () => {
  const evil = "<img src=x onerror=alert(1)> javascript:alert(1) data:text/html,x";
  equal(parts(evil), [{ text: evil }]);
});

const at = (hour, minute) => `2026-11-23T${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}:00Z`;
const row = (s, more) => ({ key: `m${s}`, message: message(s, more), stage: null, entry: null });
const kinds = (items) => items.map((item) => (item.kind === "row" ? (item.follows ? "+" : item.key) : item.kind));

test("messages of one person within five minutes stand as a block", () => {
  const cem = { id: "cem", name: "Cem", photo: null };
  const rows = [
    row(1, { at: at(10, 0) }), row(2, { at: at(10, 4) }), row(3, { at: at(10, 10) }), row(4, { at: at(10, 11), author: cem }),
    row(5, { at: at(10, 12) }), row(6, { at: at(10, 13), deleted: true }), row(7, { at: at(10, 14) }),
  ];
  equal(kinds(layout(rows, { zone: "UTC", newKey: null })), ["day", "m1", "+", "m3", "m4", "m5", "+", "m7"]);
});

test("days are those of the reader's zone", () => {
  const rows = [row(1, { at: at(22, 30) }), row(2, { at: at(23, 30) })];
  equal(kinds(layout(rows, { zone: "UTC", newKey: null })), ["day", "m1", "m2"]);
  equal(kinds(layout(rows, { zone: "Europe/Berlin", newKey: null })), ["day", "m1", "day", "m2"]);
});

test("one line stands above the first new message of somebody else", () => {
  const me = { id: "aylin", name: "Aylin", photo: null };
  const rows = [row(1, { at: at(10, 0) }), row(2, { at: at(10, 1), author: me }), row(3, { at: at(10, 2) }), row(4, { at: at(10, 3) })];
  const found = firstNew(rows, "aylin", 1);
  equal([found.key, kinds(layout(rows, { zone: "UTC", newKey: found.key }))], ["m3", ["day", "m1", "m2", "new", "m3", "+"]]);
  equal([firstNew(rows, "aylin", 4), firstNew(rows, "aylin", null)], [undefined, undefined]);
});

test("the row above a cut decides whether the first row shown begins a day or a block", () => {
  const rows = [row(1, { at: at(10, 0) }), row(2, { at: at(10, 1) })];
  equal(kinds(layout(rows.slice(1), { zone: "UTC", newKey: null }, rows[0])), ["+"]);
});

const keys = (from, to) => Array.from({ length: to - from }, (_, index) => `m${from + index}`);

test("few rows of a long conversation are shown while one follows it", () => {
  const span = new Span();
  equal(span.range(keys(0, 5_000)), { start: 5_000 - AT_REST, end: 5_000 });
  equal(span.range(keys(0, 5_001)).end, 5_001);
});

test("walking back through 5,000 messages never shows more than the limit, and skips none", () => {
  const [all, span, seen] = [keys(0, 5_000), new Span(), new Set()];
  for (let steps = 0; steps < 200 && !seen.has("m0"); steps++) {
    const { start, end } = span.range(all);
    ok(end - start <= AT_MOST, `${end - start} rows`);
    for (const key of all.slice(start, end)) seen.add(key);
    span.back(all);
    for (const key of all.slice(span.range(all).start, span.range(all).end)) seen.add(key);
  }
  equal([seen.size, span.atEnd], [5_000, false]);
});

test("walking forth again ends at the newest", () => {
  const [all, span] = [keys(0, 1_000), new Span()];
  for (let steps = 0; steps < 20; steps++) span.back(all);
  equal(span.range(all).start, 0);
  for (let steps = 0; steps < 20; steps++) {
    span.forth(all);
    ok(span.range(all).end - span.range(all).start <= AT_MOST, "too many rows");
  }
  equal([span.atEnd, span.range(all).end], [true, 1_000]);
});

test("older rows that are loaded do not move what is shown", () => {
  const span = new Span();
  span.hold(keys(50, 100));
  const all = keys(0, 100);
  equal(all[span.range(all).start], "m50");
});

test("while one reads further up, what comes below is shown up to the limit and no further", () => {
  const span = new Span();
  span.hold(keys(0, 100));
  span.hold(keys(0, 2_000));
  const { start, end } = span.range(keys(0, 3_000));
  equal([start, end, span.atEnd], [0, AT_MOST, false]);
});

test("a row that is jumped to is shown with its surroundings", () => {
  const [all, span] = [keys(0, 5_000), new Span()];
  span.around(all, "m1000");
  equal(span.range(all), { start: 1_000 - STEP, end: 1_000 - STEP + AT_MOST });
});

test("people are found by the beginning of any word of their name, without case and accents", () => {
  const people = ["Aylin Demir", "Björn Müller-Groß", "Ben"].map((name, index) => ({ id: String(index), name }));
  const found = (q, me = "") => matching(people, q, me).map(({ name }) => name);
  equal([found("de"), found("muller"), found("gross"), found("BJÖ")], [["Aylin Demir"], ["Björn Müller-Groß"], ["Björn Müller-Groß"], ["Björn Müller-Groß"]]);
  equal([found("aylin demir"), found("lin"), found("", "2")], [["Aylin Demir"], [], ["Aylin Demir", "Björn Müller-Groß"]]);
});

test("people known here are those in the room and those who wrote, each once, without erased ones", () => {
  const nobody = { id: "", name: "", photo: null };
  const here = [{ id: "aylin", name: "Aylin" }, { id: "ben", name: "Ben" }];
  equal(authorsOf([message(1), message(2, { author: nobody })], here).map(({ id }) => id), ["aylin", "ben"]);
});

test("announcements do not flood: one at once, then one in three seconds for all that came meanwhile", async () => {
  const [ground, region] = [new FakeGround(), document.createElement("p")];
  const announcer = new Announcer(region, ground.after);
  announcer.tell(message(1));
  equal(region.textContent, "Ben: text 1");
  announcer.tell(message(2));
  announcer.tell(message(3, { author: { id: "cem", name: "Cem" } }));
  equal(region.textContent, "Ben: text 1");
  await ground.clock.pass(3_000);
  equal(region.textContent, "2 new messages, the last from Cem");
  await ground.clock.pass(3_000);
  announcer.tell(message(4));
  equal(region.textContent, "Ben: text 4");
});
