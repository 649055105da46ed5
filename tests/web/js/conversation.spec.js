import { AT_MOST } from "fairmatch/chat/span";
import { created, message } from "/fakes.js";
import { equal, ok, settle, test } from "/harness.js";
import { AYLIN, BEN, LOBBY, frame, many, me, mine, press, rows, shown, type } from "/shown.js";

const texts = (log) => rows(log).map((row) => row.querySelector(".message-text").textContent.trim());
const atEnd = (log) => log.scrollHeight - log.scrollTop - log.clientHeight < 2;
const pill = (element) => element.querySelector(".new-pill")?.textContent.trim() ?? null;

async function scrollTo(log, top) {
  log.scrollTop = top;
  await frame();
}

test("the newest message is on the screen, and stays there as more arrive", async () => {
  const { log, socket } = await shown(many(50));
  ok(atEnd(log), "it does not begin at the end");
  for (let s = 51; s <= 60; s++) await socket.say(created(s, { author: BEN }));
  await frame();
  equal([atEnd(log), texts(log).at(-1)], [true, "text 60"]);
});

test("nothing moves while one reads further up, and what came waits behind a pill", async () => {
  const { log, socket, element } = await shown(many(50));
  await scrollTo(log, 300);
  const seen = rows(log).find((row) => row.getBoundingClientRect().bottom > log.getBoundingClientRect().top);
  const before = seen.getBoundingClientRect().top;
  for (let s = 51; s <= 53; s++) await socket.say(created(s, { author: BEN }));
  await frame();
  equal([seen.getBoundingClientRect().top, pill(element)], [before, "3 new"]);
  equal(socket.asked("chat.read").length, 0);
});

test("the pill leads down, and then everything is read", async () => {
  const { log, socket, element, ground } = await shown(many(50));
  await scrollTo(log, 300);
  await socket.say(created(51, { author: BEN }));
  element.querySelector(".new-pill").click();
  await ground.clock.pass(1_001);
  await frame();
  equal([atEnd(log), pill(element), socket.asked("chat.read").at(-1).p.s], [true, null, 51]);
});

test("older messages come when one nears the top, and what one reads stays where it is", async () => {
  const all = many(150);
  const { log, socket } = await shown(all.slice(100), { more: true, pos: { s: 150, epoch: "one" }, read: 150 });
  await scrollTo(log, 200);
  equal(socket.asked("chat.history").map(({ p }) => p.before), [101]);
  const seen = rows(log).find((row) => row.getBoundingClientRect().bottom > log.getBoundingClientRect().top);
  const before = seen.getBoundingClientRect().top;
  await socket.answer("chat.history", { messages: all.slice(50, 100), more: true });
  await frame();
  ok(rows(log).length > 50, "no older rows");
  ok(Math.abs(seen.getBoundingClientRect().top - before) < 2, `moved by ${seen.getBoundingClientRect().top - before}`);
});

test("five thousand messages are few rows, wherever one reads", async () => {
  const { log, channel, element, socket } = await shown(many(5_000));
  ok(rows(log).length <= AT_MOST, `${rows(log).length} rows at the end`);
  for (let steps = 0; steps < 40; steps++) {
    await scrollTo(log, 0);
    ok(rows(log).length <= AT_MOST, `${rows(log).length} rows`);
  }
  const first = Number(texts(log)[0].slice(5));
  ok(first < 5_000 - 1_800, `only came to ${first}`);
  await socket.say(created(5_001, { author: BEN }));
  equal(pill(element), "1 new");
  element.querySelector(".new-pill").click();
  await frame();
  equal([atEnd(log), texts(log).at(-1), channel.top], [true, "text 5001", 5_001]);
});

test("a message that arrives in a conversation of two thousand touches its own row and few more", async () => {
  const { log, socket } = await shown(many(2_000));
  let touched = 0;
  const watch = new MutationObserver((changes) => (touched += changes.length));
  watch.observe(log, { subtree: true, childList: true, characterData: true, attributes: true });
  for (let s = 2_001; s <= 2_100; s++) await socket.say(created(s, { author: BEN }));
  await frame();
  watch.disconnect();
  equal(texts(log).at(-1), "text 2100");
  ok(touched < 100 * 30, `${touched / 100} changes for each message`);
});

test("one begins at the line above what is new, when it is further up than one sees", async () => {
  const { log, element } = await shown(many(80), { read: 20 });
  const line = element.querySelector(".new-line");
  const offset = line.getBoundingClientRect().top - log.getBoundingClientRect().top;
  ok(offset >= 0 && offset < 100, `the line is at ${offset}`);
  equal(pill(element), "60 new");
});

const newLine = (log) => log.querySelector(".new-line + .message")?.id ?? null;

test("what arrives while one looks on is not marked as new", async () => {
  const { log, socket } = await shown(many(3));
  await socket.say(created(4, { author: BEN }));
  equal(newLine(log), null);
});

test("what came while the line was gone stands below a line", async () => {
  const { log, socket, ground } = await shown(many(3));
  await socket.end(1006);
  await ground.clock.pass(1_000);
  const missed = [created(4, { author: BEN }), created(5, { author: BEN })];
  await ground.socket.welcome({ [LOBBY]: { ok: true, epoch: "one", top: 5, recovered: true, events: missed } });
  equal(newLine(log), "message-m4");
  await ground.socket.say(created(6, { author: BEN }));
  equal(newLine(log), "message-m4");
});

test("a break in which nothing came leaves no line behind", async () => {
  const { log, socket, ground } = await shown(many(3));
  await socket.end(1006);
  await ground.clock.pass(1_000);
  await ground.socket.welcome({ [LOBBY]: { ok: true, epoch: "one", top: 3, recovered: true, events: [] } });
  await ground.socket.say(created(4, { author: BEN }));
  equal(newLine(log), null);
});

test("the tools keep their pictures while the row is drawn again, so that a click arrives", async () => {
  const { log, socket } = await shown([mine(1)]);
  rows(log)[0].dispatchEvent(new PointerEvent("pointerover", { bubbles: true }));
  await settle();
  const picture = log.querySelector("[aria-label=Delete] svg");
  rows(log)[0].focus();
  await socket.say({ c: LOBBY, s: 2, k: "reaction.set", d: { id: "m1", emoji: "👍", person: BEN.id, on: true, count: 1 } });
  ok(log.querySelector("[aria-label=Delete] svg") === picture, "the picture was exchanged");
});

test("markup in names and texts is text", async () => {
  const evil = `<img src=x onerror="throw 1"><b>hi</b>`;
  const { log } = await shown([message(1, { text: evil, author: { ...BEN, name: "<i>Ben</i>" } })]);
  equal([texts(log)[0], log.querySelector(".message-name").textContent, log.querySelector("img, b, i")], [evil, "<i>Ben</i>", null]);
});

test("a field that grows leaves one at the newest message", async () => {
  const { supports } = CSS;
  CSS.supports = () => false;
  try {
    const { element, log, area } = await shown(many(50));
    element.style.cssText = "display: flex; flex-direction: column; height: 500px";
    log.style.cssText += "; flex: 1; height: auto; min-height: 0";
    area.style.width = "200px";
    await frame();
    ok(atEnd(log), "it does not begin at the end");
    for (let words = 0; words < 40; words++) {
      await type(area, "a long word ");
      await frame();
      await frame();
    }
    equal([atEnd(log), pill(element)], [true, null]);
  } finally {
    CSS.supports = supports;
  }
});

test("one message is reached with Tab, the others with the arrow keys", async () => {
  const { log } = await shown(many(10));
  equal(rows(log).map(({ tabIndex }) => tabIndex), [...Array(9).fill(-1), 0]);
  rows(log).at(-1).focus();
  await press(document.activeElement, "ArrowUp");
  await press(document.activeElement, "ArrowUp");
  equal([document.activeElement.id, rows(log).map(({ tabIndex }) => tabIndex)], ["message-m8", [...Array(7).fill(-1), 0, -1, -1]]);
  await press(document.activeElement, "Home");
  equal(document.activeElement.id, "message-m1");
  await press(document.activeElement, "End");
  await press(document.activeElement, "ArrowDown");
  equal(document.activeElement.id, "composer");
});

test("the tools of a message are there when it has the focus, and only those that one may use", async () => {
  const { log } = await shown([mine(1), message(2, { author: BEN }), message(3, { author: me, at: "2026-11-23T08:00:00Z" })]);
  const words = () => [...log.querySelectorAll(".message-tools button")].map((button) => button.getAttribute("aria-label"));
  for (const [index, expected] of [["React", "Edit", "Delete"], ["React"], ["React", "Delete"]].entries()) {
    rows(log)[index].focus();
    await settle();
    equal(words(), expected, `row ${index}`);
  }
});

test("a tap brings the tools also where a browser gives the focus to nothing that does not listen", async () => {
  const { log } = await shown([message(1, { author: BEN }), message(2, { author: BEN })]);
  log.querySelector(".message-text").click();
  await settle();
  equal([log.querySelectorAll(".message-tools").length, document.activeElement === rows(log)[0]], [1, true]);
});

test("deleting asks first, and the focus stays at the message", async () => {
  const { log, element, socket } = await shown([mine(1), mine(2)]);
  rows(log)[0].focus();
  log.querySelector("[aria-label=Delete]").click();
  element.querySelector("dialog button[autofocus]").click();
  await frame();
  equal(socket.asked("chat.delete").length, 0);
  log.querySelector("[aria-label=Delete]").click();
  element.querySelector("dialog [value=yes]").click();
  await frame();
  equal([socket.asked("chat.delete")[0].p.message, texts(log)[0]], ["m1", "This message was deleted."]);
  equal(document.activeElement.id, "message-m1");
});

test("a reaction is chosen by keyboard and shows at once", async () => {
  const { log, element, socket } = await shown([message(1, { author: BEN })]);
  rows(log)[0].focus();
  log.querySelector("[aria-label=React]").click();
  await settle();
  equal(document.activeElement.textContent, "👍");
  await press(document.activeElement, "ArrowRight");
  equal(document.activeElement.textContent, "🎉");
  document.activeElement.click();
  await settle();
  const chip = log.querySelector(".reaction");
  equal([chip.textContent.trim(), chip.getAttribute("aria-pressed"), socket.asked("chat.react")[0].p.on], ["🎉 1", "true", true]);
  chip.click();
  await settle();
  equal(log.querySelector(".reaction"), null);
});

test("a reaction that is refused goes again, and says so", async () => {
  const { log, socket } = await shown([message(1, { author: BEN, reactions: [{ emoji: "👍", count: 1, people: [BEN.id] }] })]);
  log.querySelector(".reaction").click();
  await settle();
  equal(log.querySelector(".reaction").textContent.trim(), "👍 2");
  await socket.refuse("chat.react", { code: "conflict" });
  equal(log.querySelector(".reaction").textContent.trim(), "👍 1");
  ok(document.getElementById("toasts").textContent.includes("could not be saved"), "nothing was said");
});

test("a message that was refused stays, with its reason and two ways on", async () => {
  const { log, socket, area } = await shown(many(1));
  await type(area, "hello");
  await press(area, "Enter");
  await socket.refuse("chat.send", { code: "muted" });
  const note = log.querySelector(".message-note");
  equal([...note.querySelectorAll("button")].map((button) => button.textContent), ["Try again", "Discard"]);
  note.querySelector("button").click();
  await settle();
  equal(socket.asked("chat.send").length, 2);
  await socket.refuse("chat.send", { code: "muted" });
  log.querySelectorAll(".message-note button")[1].click();
  await settle();
  equal(texts(log), ["text 1"]);
});

test("a message under way says so only when it takes long", async () => {
  const { log, area, ground, socket } = await shown(many(1));
  await type(area, "hello");
  await press(area, "Enter");
  equal(log.querySelector(".message-note"), null);
  await ground.clock.pass(1_600);
  equal(log.querySelector(".message-note").textContent.trim(), "Sending");
  await socket.end(1006);
  ok(log.querySelector(".message-note").textContent.includes("once you are connected"), "it does not say what is safe");
});

test("who is muted sees why, and may write again when the time is over", async () => {
  const { area, element, socket, ground } = await shown(many(1));
  const until = new Date(ground.clock.now + 60_000).toISOString();
  await type(area, "half a thou");
  await socket.say({ c: LOBBY, s: 2, k: "member.muted", d: { person: AYLIN, by: BEN.id, until } });
  equal([area.readOnly, area.value], [true, "half a thou"]);
  ok(element.querySelector(".composer-why").textContent.startsWith("A moderator asked you to pause until"), "no reason");
  await ground.clock.pass(61_000);
  equal([area.readOnly, element.querySelector(".composer-why").hidden], [false, true]);
});

test("what arrives is told to screen readers, what one wrote is not", async () => {
  const { element, socket } = await shown(many(1));
  const region = element.querySelector(".chat-announcer");
  await socket.say(created(2, { author: me }));
  equal(region.textContent, "");
  await socket.say(created(3, { author: BEN, text: `for @[Aylin](${AYLIN})` }));
  equal([region.textContent, region.getAttribute("role")], ["Ben Krüger: for @Aylin", "status"]);
});

test("a conversation that was left hears nothing any more", async () => {
  const { conversation, log, socket } = await shown(many(1));
  conversation.close();
  await socket.say(created(2));
  await frame();
  equal(rows(log).length, 1);
});

test("what comes while a conversation is closed is not read, and is new when it is opened", async () => {
  const { element, log, socket, channel } = await shown(many(50), { more: true });
  element.style.display = "none";
  await frame();
  await socket.say(created(51, { author: BEN }));
  await frame();
  equal([channel.reading.mark, socket.asked("chat.history").length], [50, 0]);
  element.style.display = "";
  await frame();
  await frame();
  equal([channel.reading.mark, atEnd(log), log.querySelector(".new-line") !== null], [51, true, true]);
});
