import { Line } from "fairmatch/live/line";
import { GRACE_MS } from "fairmatch/live/topics";
import { FakeGround, FakeStorage, Notebook, response } from "/fakes.js";
import { equal, ok, settle, test } from "/harness.js";

const TOKEN = "fairmatch:resume:aylin";

function made() {
  const [ground, storage] = [new FakeGround(), new FakeStorage()];
  const line = new Line(ground, { id: "aylin", storage });
  return { ground, storage, line };
}

async function started() {
  const all = made();
  all.line.start();
  await settle();
  return all;
}

async function live(channels = {}) {
  const all = await started();
  await all.ground.socket.welcome(channels);
  return all;
}

test("it asks for a ticket and says hello with it", async () => {
  const { ground, line } = await started();
  equal(line.state, "connecting");
  await ground.socket.open();
  equal(ground.socket.sent, [{ i: 0, m: "hello", p: { ticket: "ticket1", channels: {}, hidden: false } }]);
  await ground.socket.answer("hello", { connection: "c1", resume: "token", channels: {} });
  equal([line.state, line.connection], ["live", "c1"]);
});

test("hello names every wanted topic with its position, and the welcome fills it", async () => {
  const { ground, line } = made();
  const [lobby, direct] = [new Notebook(), new Notebook()];
  direct.at = { s: 7, epoch: "one" };
  line.join("chat:lobby", () => lobby);
  line.join("chat:direct", () => direct);
  line.join("person:aylin", () => new Notebook());
  line.start();
  await settle();
  await ground.socket.open();
  equal(ground.socket.sent[0].p.channels, { "chat:lobby": null, "chat:direct": { s: 7, epoch: "one" } });
  const state = { ok: true, epoch: "one", top: 9, recovered: true, events: [] };
  await ground.socket.answer("hello", { connection: "c1", resume: "t", channels: { "chat:direct": state } });
  equal(direct.told, [["recover", state]]);
});

test("it comes back with the resume token after a break", async () => {
  const { ground, line, storage } = await live();
  equal(storage.getItem(TOKEN), "token");
  await ground.socket.end(1006);
  equal(line.state, "reconnecting");
  await ground.clock.pass(500);
  await ground.socket.open();
  equal([ground.sockets.length, ground.socket.sent[0].p.resume, ground.tickets], [2, "token", 1]);
});

test("a reload comes back with the resume token of the tab", async () => {
  const { storage } = await live();
  const ground = new FakeGround();
  new Line(ground, { id: "aylin", storage }).start();
  await settle();
  await ground.socket.open();
  equal([ground.socket.sent[0].p.resume, ground.tickets], ["token", 0]);
});

test("pauses grow with each failure, and are short again once the line was steady", async () => {
  const { ground } = await live();
  const pauses = [];
  await ground.clock.pass(11_000);
  await ground.socket.end(1006);
  for (let failure = 0; failure < 4; failure++) {
    const before = [ground.clock.now, ground.sockets.length];
    while (ground.sockets.length === before[1]) await ground.clock.pass(50);
    pauses.push(ground.clock.now - before[0]);
    await ground.socket.end(1006);
  }
  equal(pauses, [250, 500, 1_000, 2_000]);
});

test("a server that closes right after each welcome is not hammered", async () => {
  const { ground } = await live();
  const [from, before] = [ground.clock.now, ground.sockets.length];
  while (ground.clock.now - from < 60_000) {
    await ground.socket.end(4000);
    const open = ground.sockets.length;
    while (ground.sockets.length === open) await ground.clock.pass(100);
    await ground.socket.welcome();
  }
  ok(ground.sockets.length - before < 10, `${ground.sockets.length - before} attempts in a minute`);
});

test("the pause that a bye names is kept", async () => {
  const { ground } = await live();
  await ground.socket.say({ c: "person:aylin", k: "bye", d: { after_ms: 3_000 } });
  await ground.socket.end(4001);
  await ground.clock.pass(2_999);
  equal(ground.sockets.length, 1);
  await ground.clock.pass(2);
  equal(ground.sockets.length, 2);
});

test("an overloaded server is left alone for as long as it says", async () => {
  const { ground, line } = made();
  ground.ticketAnswers = [response(503, {}, { "Retry-After": "7" })];
  line.start();
  await ground.clock.pass(6_999);
  equal(ground.tickets, 0);
  await ground.clock.pass(2);
  equal(ground.tickets, 1);
});

test("a ticket that cannot be had for lack of network is asked for again", async () => {
  const { ground, line } = made();
  ground.ticketAnswers = [new TypeError("Failed to fetch")];
  ground.isOnline = false;
  line.start();
  await settle();
  equal(line.state, "offline");
  await ground.clock.pass(1_000);
  equal(ground.sockets.length, 1);
});

test("somebody who is signed out gets no ticket, and the line stops", async () => {
  const { ground, line } = made();
  ground.ticketAnswers = [response(401)];
  line.start();
  await settle();
  equal([line.state, line.stop], ["stopped", "ended"]);
});

test("a session that ends stops the line for good and forgets the token", async () => {
  const { ground, line, storage } = await live();
  await ground.socket.end(4503);
  await ground.clock.pass(120_000);
  equal([line.state, line.stop, ground.sockets.length, storage.getItem(TOKEN)], ["stopped", "ended", 1, null]);
});

test("a new version of the server stops the line until somebody tries again", async () => {
  const { ground, line } = await live();
  await ground.socket.end(4506);
  equal([line.state, line.stop], ["stopped", "version"]);
  line.resume();
  await settle();
  equal([line.state, ground.sockets.length], ["connecting", 2]);
});

test("a resume token that is refused is replaced by a ticket", async () => {
  const { ground } = await live();
  await ground.socket.end(1006);
  await ground.clock.pass(1_000);
  await ground.socket.open();
  await ground.socket.end(4011);
  await ground.clock.pass(1_000);
  await ground.socket.open();
  equal([ground.socket.sent[0].p.ticket, ground.sockets.length], ["ticket2", 3]);
});

test("requests are answered by their number, whatever the order", async () => {
  const { ground, line } = await live();
  const answers = [line.request("one", {}), line.request("two", {})];
  const [one, two] = ground.socket.sent.slice(1);
  await ground.socket.say([{ i: two.i, r: { is: "two" } }, { i: one.i, r: { is: "one" } }]);
  equal(await Promise.all(answers), [{ is: "one" }, { is: "two" }]);
});

test("a refusal is an error with its code, and says whether and when to try again", async () => {
  const { ground, line } = await live();
  const asked = line.request("chat.send", {}).catch((error) => error);
  await ground.socket.refuse("chat.send", { code: "rate_limited", retry: true, after: 800, msg: "slow down" });
  const { code, retry, after } = await asked;
  equal([code, retry, after], ["rate_limited", true, 800]);
});

test("requests under way when the line breaks are told so", async () => {
  const { ground, line } = await live();
  const asked = line.request("chat.send", {}).catch((error) => error);
  await ground.socket.end(1006);
  const { code, retry } = await asked;
  equal([code, retry], ["closed", true]);
});

test("a request without an answer ends after a while", async () => {
  const { ground, line } = await live();
  const asked = line.request("chat.send", {}).catch((error) => error);
  for (let second = 0; second < 20; second++) {
    await ground.clock.pass(1_000);
    await ground.socket.say({ c: "x:1", k: "noise", d: {} });
  }
  equal([(await asked).code, line.state], ["timeout", "live"]);
});

test("forty seconds of silence mean that the line is dead", async () => {
  const { ground, line } = await live();
  await ground.clock.pass(30_000);
  equal([ground.socket.asked("echo").length, line.state], [1, "live"]);
  await ground.clock.pass(9_999);
  equal(line.state, "live");
  await ground.clock.pass(2);
  equal([line.state, ground.socket.closed], ["reconnecting", true]);
});

test("a line that answers the probe lives on", async () => {
  const { ground, line } = await live();
  for (let minute = 0; minute < 10; minute++) {
    await ground.clock.pass(31_000);
    await ground.socket.answer("echo", { now: "" });
  }
  equal([line.state, ground.sockets.length], ["live", 1]);
});

test("a change of network has the line looked at at once", async () => {
  const { ground, line } = await live();
  line.doubt();
  equal(ground.socket.asked("echo").length, 1);
  await ground.clock.pass(5_001);
  equal(line.state, "reconnecting");
});

test("waking up after a sleep has the line looked at", async () => {
  const { ground } = await live();
  ground.clock.sleep(3_600_000);
  await ground.clock.pass(0);
  equal(ground.socket.asked("echo").length > 0, true);
});

test("coming online does not wait for the pause to end", async () => {
  const { ground, line } = await live();
  ground.chance = 1;
  for (let failure = 0; failure < 6; failure++) {
    await ground.socket.end(1006);
    await ground.clock.pass(31_000);
  }
  await ground.socket.end(1006);
  const before = ground.sockets.length;
  line.doubt();
  await ground.clock.pass(501);
  equal(ground.sockets.length, before + 1);
});

test("an upgrade that never ends is given up", async () => {
  const { ground } = await started();
  await ground.clock.pass(12_000);
  equal([ground.sockets.length, ground.sockets[0].closed], [2, true]);
});

test("a welcome that does not come is a break like others", async () => {
  const { ground, line } = await started();
  await ground.socket.open();
  await ground.clock.pass(16_000);
  equal([ground.sockets[0].closed, ground.sockets.length, line.stop], [true, 2, null]);
});

test("an answer to the question for a ticket that breaks off is asked for again", async () => {
  const { ground, line } = made();
  const broken = response(200);
  broken.json = async () => { throw new TypeError("network error"); };
  ground.ticketAnswers = [broken];
  line.start();
  await ground.clock.pass(1_000);
  equal(ground.sockets.length, 1);
});

test("a storage that is full does not keep the line from being live", async () => {
  const { ground, line, storage } = made();
  storage.setItem = () => { throw new DOMException("full", "QuotaExceededError"); };
  line.start();
  await settle();
  await ground.socket.welcome();
  equal(line.state, "live");
});

test("topics that come while the line is live are subscribed together", async () => {
  const { ground, line } = await live();
  const [lobby, room] = [new Notebook(), new Notebook()];
  line.join("chat:lobby", () => lobby);
  line.join("room:lobby", () => room);
  await settle();
  equal(ground.socket.asked("subscribe").map(({ p }) => p.channels), [{ "chat:lobby": null, "room:lobby": null }]);
  const state = { ok: true, epoch: "", top: 0, recovered: false, snapshot: {} };
  await ground.socket.answer("subscribe", { channels: { "chat:lobby": state, "room:lobby": { ok: false, e: { code: "forbidden" } } } });
  equal([lobby.told, room.told], [[["recover", state]], [["refuse", { code: "forbidden" }]]]);
});

test("topics that come while hello is under way are subscribed after it", async () => {
  const { ground, line } = await started();
  await ground.socket.open();
  line.join("chat:lobby", () => new Notebook());
  await ground.socket.answer("hello", { connection: "c1", resume: "t", channels: {} });
  equal(ground.socket.asked("subscribe").length, 1);
});

test("events reach the store of their topic alone", async () => {
  const { ground, line } = await live();
  const [lobby, other] = [new Notebook(), new Notebook()];
  line.join("chat:lobby", () => lobby);
  line.join("chat:other", () => other);
  const event = { c: "chat:lobby", s: 1, k: "message.created", d: {} };
  await ground.socket.say([event, { c: "chat:unknown", s: 1, k: "x", d: {} }]);
  equal([lobby.told, other.told], [[["receive", event]], []]);
});

test("going from page to page keeps a subscription and its store", async () => {
  const { ground, line } = await live();
  const first = line.join("chat:lobby", () => new Notebook());
  await settle();
  await ground.socket.answer("subscribe", { channels: {} });
  first.release();
  await ground.clock.pass(GRACE_MS - 1);
  const second = line.join("chat:lobby", () => new Notebook());
  await ground.clock.pass(20_000);
  ok(second.store === first.store, "the store was made anew");
  equal([ground.socket.asked("subscribe").length, ground.socket.asked("unsubscribe").length], [1, 0]);
});

test("a topic that nobody came back for is left", async () => {
  const { ground, line } = await live();
  const joined = [line.join("chat:lobby", () => new Notebook()), line.join("chat:lobby", () => new Notebook())];
  await settle();
  await ground.socket.answer("subscribe", { channels: {} });
  joined[0].release();
  joined[0].release();
  await ground.clock.pass(GRACE_MS + 1);
  equal(ground.socket.asked("unsubscribe").length, 0);
  joined[1].release();
  await ground.clock.pass(GRACE_MS + 1);
  equal(ground.socket.asked("unsubscribe").map(({ p }) => p.channels), [["chat:lobby"]]);
});

test("a right that is taken away is told to the store, and not asked for again", async () => {
  const { ground, line } = await live();
  const { store } = line.join("chat:lobby", () => new Notebook());
  await settle();
  await ground.socket.say({ c: "chat:lobby", k: "revoked", d: {} });
  equal(store.told, [["refuse", { code: "forbidden" }]]);
  await ground.socket.end(1006);
  await ground.clock.pass(1_000);
  await ground.socket.open();
  equal(ground.socket.sent[0].p.channels, {});
});

test("a right that is given again is asked for again, where it had been taken and is still wanted", async () => {
  const { ground, line } = await live();
  const { store, release } = line.join("chat:lobby", () => new Notebook());
  await settle();
  const asked = async (...kinds) => {
    for (const k of kinds) await ground.socket.say({ c: "chat:lobby", k, d: {} });
    return ground.socket.asked("subscribe").length;
  };
  equal([await asked("restored"), await asked("revoked", "restored", "restored")], [1, 2]);
  await ground.socket.answer("subscribe", { channels: { "chat:lobby": { ok: true } } });
  equal(store.told, [["refuse", { code: "forbidden" }], ["recover", { ok: true }]]);
  release();
  equal(await asked("revoked", "restored"), 2);
});

test("hiding and showing the page is told, and showing brings what was missed", async () => {
  const { ground, line } = await live();
  const { store } = line.join("chat:lobby", () => new Notebook());
  ground.isHidden = true;
  void line.see();
  await ground.socket.answer("visible", { channels: {} });
  ground.isHidden = false;
  void line.see();
  const state = { ok: true, epoch: "one", top: 3, recovered: true, events: [] };
  await ground.socket.answer("visible", { channels: { "chat:lobby": state } });
  equal(ground.socket.asked("visible").map(({ p }) => p.hidden), [true, false]);
  equal(store.told, [["recover", state]]);
});

test("ending the line closes the socket and stays closed", async () => {
  const { ground, line } = await live();
  line.end();
  await ground.clock.pass(120_000);
  equal([ground.socket.closed, ground.sockets.length, line.state], [true, 1, "idle"]);
});
