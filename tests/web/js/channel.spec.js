import { Channel, LOADED_AT_MOST } from "fairmatch/live/channel";
import { Kept } from "fairmatch/live/kept";
import { Line } from "fairmatch/live/line";
import { Outbox } from "fairmatch/live/outbox";
import { FakeGround, FakeStorage, created, message } from "/fakes.js";
import { equal, settle, test } from "/harness.js";

const LOBBY = "chat:lobby";
const me = { id: "aylin", name: "Aylin", photo: null };
const rights = { send: true, moderate: false, why: null, until: null };
const at = (s) => ({ s, epoch: "one" });
const recovered = (top, events) => ({ ok: true, epoch: "one", top, recovered: true, events });
const snapshot = (top, messages, epoch = "one") => ({
  ok: true, epoch, top, recovered: false, snapshot: { messages, more: false, read: 0, rights },
});

/** A channel on a live line, at the state given. */
async function lobby(state = snapshot(2, [message(1), message(2)])) {
  const [ground, storage] = [new FakeGround(), new FakeStorage()];
  const line = new Line(ground, { id: me.id, storage });
  const outbox = new Outbox(line, new Kept(new FakeStorage(), "outbox", me.id), ground);
  const { store } = line.join(LOBBY, () => new Channel(LOBBY, { line, outbox, me, ground }));
  line.start();
  await settle();
  await ground.socket.welcome({ [LOBBY]: state });
  return { ground, line, channel: store, outbox };
}

const texts = (channel) => channel.rows().map((row) => row.message.text);

test("the first welcome brings the snapshot", async () => {
  const { channel } = await lobby();
  equal([channel.status, texts(channel), channel.position()], ["ready", ["text 1", "text 2"], at(2)]);
});

test("what the page brought along is shown before the line is there, and sets the position", async () => {
  const { line, outbox, ground } = await lobby();
  const channel = new Channel("chat:other", { line, outbox, me, ground });
  channel.seed({ messages: [message(4)], more: true, read: 3, rights, pos: at(6) });
  equal([texts(channel), channel.position(), channel.reading.mark], [["text 4"], at(6), 3]);
});

test("what the page brought along does not replace what is known already", async () => {
  const { channel, ground } = await lobby();
  await ground.socket.say(created(3));
  channel.seed({ messages: [message(1)], more: false, read: 0, rights, pos: at(1) });
  equal([texts(channel), channel.top], [["text 1", "text 2", "text 3"], 3]);
});

test("events are applied in order, each once", async () => {
  const { channel, ground } = await lobby();
  await ground.socket.say([created(3), created(3), created(2), created(4)]);
  equal(texts(channel), ["text 1", "text 2", "text 3", "text 4"]);
});

test("a gap is filled by asking once", async () => {
  const { channel, ground } = await lobby();
  await ground.socket.say([created(5), created(6)]);
  equal([texts(channel).length, ground.socket.asked("since").map(({ p }) => p)], [2, [{ channel: LOBBY, pos: at(2) }]]);
  await ground.socket.answer("since", recovered(6, [created(3), created(4)]));
  equal(texts(channel), [1, 2, 3, 4, 5, 6].map((s) => `text ${s}`));
});

test("an answer that leaves a gap is followed by another question", async () => {
  const { channel, ground } = await lobby();
  await ground.socket.say(created(9));
  await ground.socket.answer("since", recovered(9, [created(3), created(4)]));
  equal(ground.socket.asked("since").at(-1).p.pos, at(4));
  await ground.socket.answer("since", recovered(9, [5, 6, 7, 8, 9].map((s) => created(s))));
  equal([channel.top, ground.socket.asked("since").length], [9, 2]);
});

test("a top above what is known is asked about, but not while nobody looks", async () => {
  const { ground } = await lobby();
  const top = { c: LOBBY, v: 1, k: "top", d: { top: 5 } };
  ground.isHidden = true;
  await ground.socket.say(top);
  equal(ground.socket.asked("since").length, 0);
  ground.isHidden = false;
  await ground.socket.say(top);
  equal(ground.socket.asked("since").map(({ p }) => p.pos), [at(2)]);
});

test("a gap that is too large is answered by a snapshot, which replaces everything", async () => {
  const { channel, ground } = await lobby();
  await ground.socket.say(created(900));
  await ground.socket.answer("since", snapshot(900, [message(899), message(900)]));
  equal([texts(channel), channel.top, channel.sequence.gap], [["text 899", "text 900"], 900, false]);
});

test("after a break it says where it stands and gets what it missed", async () => {
  const { channel, ground } = await lobby();
  await ground.socket.say(created(3));
  await ground.socket.end(1006);
  await ground.clock.pass(1_000);
  await ground.socket.open();
  equal(ground.socket.sent[0].p.channels, { [LOBBY]: at(3) });
  const channels = { [LOBBY]: recovered(5, [created(4), created(5)]) };
  await ground.socket.answer("hello", { connection: "c2", resume: "t", channels });
  equal(texts(channel), [1, 2, 3, 4, 5].map((s) => `text ${s}`));
});

test("another epoch means a snapshot, and a lower top is believed", async () => {
  const { channel, ground } = await lobby(snapshot(900, [message(900)]));
  await ground.socket.end(1006);
  await ground.clock.pass(1_000);
  await ground.socket.welcome({ [LOBBY]: snapshot(3, [message(3)], "two") });
  equal([texts(channel), channel.position()], [["text 3"], { s: 3, epoch: "two" }]);
});

test("my own message is shown at once, and once, when its event comes before its answer", async () => {
  const { channel, ground } = await lobby();
  const { cid } = channel.send("hello");
  equal([texts(channel).at(-1), channel.rows().at(-1).stage], ["hello", "sending"]);
  await ground.socket.say(created(3, { author: me, text: "hello" }, cid));
  equal([texts(channel), channel.rows().at(-1).stage], [["text 1", "text 2", "hello"], null]);
  await ground.socket.answer("chat.send", { message: "m3", s: 3, at: "" });
  equal(texts(channel), ["text 1", "text 2", "hello"]);
});

test("my own message is shown once when its answer comes before its event", async () => {
  const { channel, ground, outbox } = await lobby();
  const { cid } = channel.send("hello");
  await ground.socket.answer("chat.send", { message: "m3", s: 3, at: "" });
  equal([texts(channel), channel.rows().at(-1).stage], [["text 1", "text 2", "hello"], null]);
  await ground.socket.say(created(3, { author: me, text: "hello" }, cid));
  equal([texts(channel), outbox.of(LOBBY)], [["text 1", "text 2", "hello"], []]);
});

test("a message whose acknowledgement was lost is in the snapshot, and is shown once after it was sent again", async () => {
  const { channel, ground } = await lobby();
  channel.send("hello");
  await ground.socket.end(1006);
  await ground.clock.pass(1_000);
  await ground.socket.welcome({ [LOBBY]: snapshot(700, [message(699, { author: me, text: "hello" }), message(700)]) });
  await ground.socket.answer("chat.send", { message: "m699", s: 699, at: "" });
  equal(texts(channel), ["hello", "text 700"]);
});

test("what others wrote just now is told, what I wrote is not", async () => {
  const { channel, ground } = await lobby();
  const told = [];
  channel.addEventListener("arrived", ({ detail }) => told.push(detail.text));
  await ground.socket.say([created(3), created(4, { author: me })]);
  equal(told, ["text 3"]);
});

test("older messages come page by page until there are no more", async () => {
  const { channel, ground } = await lobby(snapshot(60, [message(59), message(60)]));
  channel.more = true;
  const loading = channel.older();
  void channel.older();
  equal(ground.socket.asked("chat.history").map(({ p }) => p), [{ channel: LOBBY, before: 59, limit: 50 }]);
  await ground.socket.answer("chat.history", { messages: [message(57), message(58)], more: false });
  await loading;
  await channel.older();
  equal([texts(channel), ground.socket.asked("chat.history").length], [["text 57", "text 58", "text 59", "text 60"], 1]);
});

test("history that could not be had can be asked for again", async () => {
  const { channel, ground } = await lobby();
  channel.more = true;
  const loading = channel.older().catch(({ code }) => code);
  await ground.socket.refuse("chat.history", { code: "unavailable", retry: true });
  equal([await loading, channel.fetching], ["unavailable", false]);
});

test("far history goes while one reads the newest, and can be loaded again", async () => {
  const many = Array.from({ length: LOADED_AT_MOST + 100 }, (_, index) => message(index + 1));
  const { channel } = await lobby(snapshot(many.length, many));
  channel.trim();
  equal([channel.rows().length, channel.rows()[0].message.s, channel.more], [LOADED_AT_MOST, 101, true]);
});

test("reading is told at most once a second, the latest mark", async () => {
  const { channel, ground } = await lobby();
  channel.seen();
  await ground.socket.say(created(3));
  channel.seen();
  await ground.socket.say(created(4));
  channel.seen();
  channel.seen();
  equal(ground.socket.asked("chat.read").map(({ p }) => p.s), [2]);
  await ground.clock.pass(1_001);
  equal(ground.socket.asked("chat.read").map(({ p }) => p.s), [2, 4]);
  await ground.clock.pass(5_000);
  equal(ground.socket.asked("chat.read").length, 2);
});

test("what was read while the line was away is told when it is back", async () => {
  const { channel, ground } = await lobby();
  await ground.socket.end(1006);
  channel.seen();
  await ground.clock.pass(2_000);
  await ground.socket.welcome({ [LOBBY]: recovered(2, []) });
  await ground.clock.pass(1_001);
  equal(ground.socket.asked("chat.read").map(({ p }) => p.s), [2]);
});

test("typing is told at most once in three seconds, and at once after sending", async () => {
  const { channel, ground } = await lobby();
  const told = () => ground.socket.asked("chat.typing").length;
  channel.typing.typed();
  await ground.clock.pass(2_999);
  channel.typing.typed();
  equal(told(), 1);
  await ground.clock.pass(1);
  channel.typing.typed();
  equal(told(), 2);
  channel.send("hello");
  channel.typing.typed();
  equal(told(), 3);
});

test("others type until five seconds have passed or their message is there", async () => {
  const { channel, ground } = await lobby();
  const typing = (person, name) => ({ c: LOBBY, k: "typing", d: { person, name } });
  await ground.socket.say([typing("ben", "Ben"), typing("cem", "Cem"), typing("aylin", "Aylin")]);
  equal(channel.typing.names, ["Ben", "Cem"]);
  await ground.socket.say(created(3));
  equal(channel.typing.names, ["Cem"]);
  await ground.clock.pass(5_001);
  equal(channel.typing.names, []);
});

test("being muted closes the composer with the reason until it is lifted", async () => {
  const { channel, ground } = await lobby();
  const d = { person: "aylin", by: "mod", until: "2026-11-23T12:00:00Z" };
  await ground.socket.say({ c: LOBBY, s: 3, k: "member.muted", d });
  equal(channel.rights, { send: false, moderate: false, why: "muted", until: "2026-11-23T12:00:00Z" });
  await ground.socket.say({ c: LOBBY, s: 4, k: "member.unmuted", d: { person: "aylin", by: "mod" } });
  equal(channel.rights, rights);
});

test("a channel that is taken away says why, and nothing can be sent", async () => {
  const { channel, ground } = await lobby();
  await ground.socket.say({ c: LOBBY, k: "revoked", d: {} });
  equal([channel.status, channel.refusal, channel.rights.send], ["refused", { code: "forbidden" }, false]);
});

test("a channel that is given again is asked for whole, and one may write in it", async () => {
  const { channel, ground } = await lobby();
  await ground.socket.say({ c: LOBBY, k: "revoked", d: {} });
  await ground.socket.say({ c: LOBBY, k: "restored", d: {} });
  equal(ground.socket.asked("subscribe").at(-1).p.channels, { [LOBBY]: null });
  await ground.socket.answer("subscribe", { channels: { [LOBBY]: snapshot(2, []) } });
  equal([channel.status, channel.refusal, channel.rights.send], ["ready", null, true]);
});

test("events of one conversation, lost and repeated at will, end in the same messages", async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const { channel, ground } = await lobby(snapshot(0, []));
    const log = Array.from({ length: 60 }, (_, index) => created(index + 1));
    let state = seed;
    const chance = () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
    for (const event of log) {
      if (chance() < 0.7) await ground.socket.say(event);
      if (chance() < 0.2) await ground.socket.say(log[Math.floor(chance() * event.s)]);
    }
    await ground.socket.say(log.at(-1));
    for (let asked = 0; channel.top < 60 && asked < 60; asked++)
      await ground.socket.answer("since", recovered(60, log.slice(ground.socket.asked("since").at(-1).p.pos.s)));
    equal(texts(channel), log.map(({ d }) => d.text), `seed ${seed}`);
  }
});
