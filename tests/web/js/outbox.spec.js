import { LiveError } from "fairmatch/live/errors";
import { Kept, OF_THE_BROWSER, forgetOthers } from "fairmatch/live/kept";
import { Outbox } from "fairmatch/live/outbox";
import { FakeGround, FakeStorage } from "/fakes.js";
import { equal, ok, settle, test } from "/harness.js";

const LOBBY = "chat:lobby";

/** A line on which the test answers. */
class FakeLine extends EventTarget {
  state = "live";
  asked = [];

  request(method, params) {
    if (this.state !== "live") return Promise.reject(new LiveError("closed", { retry: true }));
    return new Promise((resolve, reject) => this.asked.push({ method, params, resolve, reject }));
  }

  async ack(answer) {
    this.asked.shift().resolve(answer);
    await settle();
  }

  async refuse(code, about = {}) {
    this.asked.shift().reject(new LiveError(code, about));
    await settle();
  }

  async lose() {
    this.state = "reconnecting";
    for (const { reject } of this.asked.splice(0)) reject(new LiveError("closed", { retry: true }));
    await settle();
  }

  async back() {
    this.state = "live";
    this.dispatchEvent(new Event("live"));
    await settle();
  }
}

function made(storage = new FakeStorage(), person = "aylin") {
  const [line, ground] = [new FakeLine(), new FakeGround()];
  const outbox = new Outbox(line, new Kept(storage, "outbox", person), ground);
  return { line, ground, storage, outbox };
}

const send = (outbox, text, channel = LOBBY) => outbox.put("chat.send", channel, { text });
const stages = (outbox) => outbox.of(LOBBY).map(({ params, stage }) => [params.text, stage]);

test("what is put goes out at once with its client id", async () => {
  const { line, outbox } = made();
  const { cid } = send(outbox, "hello");
  equal(line.asked.map(({ method, params }) => [method, params]), [["chat.send", { channel: LOBBY, cid, text: "hello" }]]);
  ok(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(cid), cid);
});

test("what was not acknowledged when the line broke goes out again with the same client id", async () => {
  const { line, outbox } = made();
  const { cid } = send(outbox, "hello");
  await line.lose();
  equal(stages(outbox), [["hello", "waiting"]]);
  await line.back();
  equal(line.asked.map(({ params }) => params.cid), [cid]);
});

test("what is written while the line is away waits, in order, one at a time", async () => {
  const { line, outbox } = made();
  await line.lose();
  for (const text of ["one", "two", "three"]) send(outbox, text);
  equal(line.asked, []);
  await line.back();
  const sent = [];
  while (line.asked.length) {
    equal(line.asked.length, 1, "under way at the same time");
    sent.push(line.asked[0].params.text);
    await line.ack({ s: sent.length, message: `m${sent.length}` });
  }
  equal(sent, ["one", "two", "three"]);
});

test("one channel does not wait for another", async () => {
  const { line, outbox } = made();
  send(outbox, "one");
  send(outbox, "other", "chat:direct");
  equal(line.asked.map(({ params }) => params.channel), [LOBBY, "chat:direct"]);
});

test("a reload finds everything that was not acknowledged, in order, and sends it with the same client ids", async () => {
  const { line, outbox, storage } = made();
  await line.lose();
  const before = [send(outbox, "one"), send(outbox, "two")].map(({ cid }) => cid);
  const after = made(storage);
  await after.line.back();
  await after.line.ack({ s: 1, message: "m1" });
  equal(after.outbox.of(LOBBY).map(({ cid }) => cid), before);
});

test("what was acknowledged is kept no longer", async () => {
  const { line, outbox, storage } = made();
  send(outbox, "hello");
  await line.ack({ s: 5, message: "m5" });
  equal([storage.length, stages(outbox)], [0, [["hello", "sent"]]]);
  outbox.seen(LOBBY, 4);
  equal(outbox.of(LOBBY).length, 1);
  outbox.seen(LOBBY, 5);
  equal(outbox.of(LOBBY).length, 0);
});

test("an event that comes before the acknowledgement settles it", async () => {
  const { line, outbox, storage } = made();
  outbox.settle(send(outbox, "hello").cid);
  equal([outbox.of(LOBBY), storage.length], [[], 0]);
  await line.ack({ s: 5, message: "m5" });
  equal(outbox.of(LOBBY), []);
});

test("an answer that says try again is obeyed after the time it names", async () => {
  const { line, outbox, ground } = made();
  send(outbox, "hello");
  await line.refuse("rate_limited", { retry: true, after: 800 });
  await ground.clock.pass(799);
  equal(line.asked.length, 0);
  await ground.clock.pass(2);
  equal(line.asked.length, 1);
});

test("an answer that does not come leads to another try with the same client id", async () => {
  const { line, outbox, ground } = made();
  const { cid } = send(outbox, "hello");
  await line.refuse("timeout", { retry: true });
  await ground.clock.pass(30_000);
  equal(line.asked.map(({ params }) => params.cid), [cid]);
});

test("a refusal for good is shown with its reason, is kept, and lets the next one go", async () => {
  const { line, outbox, storage } = made();
  send(outbox, "no");
  send(outbox, "yes");
  await line.refuse("muted", { until: "2026-11-23T12:00:00Z" });
  equal(stages(outbox), [["no", "failed"], ["yes", "sending"]]);
  equal(outbox.of(LOBBY)[0].error, { until: "2026-11-23T12:00:00Z", code: "muted" });
  equal(made(storage).outbox.of(LOBBY)[0].stage, "failed");
});

test("after many answers of try again it is shown as failed, and the next one gets its turn", async () => {
  const { line, outbox, ground } = made();
  send(outbox, "poison");
  send(outbox, "fine");
  for (let tries = 0; tries < 6; tries++) {
    await line.refuse("internal", { retry: true });
    await ground.clock.pass(60_000);
  }
  equal(stages(outbox), [["poison", "failed"], ["fine", "sending"]]);
});

test("a line that breaks often never makes a change fail", async () => {
  const { line, outbox } = made();
  send(outbox, "hello");
  for (let breaks = 0; breaks < 20; breaks++) {
    await line.lose();
    await line.back();
  }
  equal(stages(outbox), [["hello", "sending"]]);
});

test("trying again sends a failed change with the client id that it had", async () => {
  const { line, outbox } = made();
  const { cid } = send(outbox, "hello");
  await line.refuse("forbidden");
  outbox.again(cid);
  equal([stages(outbox), line.asked[0].params.cid], [[["hello", "sending"]], cid]);
});

test("what is discarded is gone, also after a reload", async () => {
  const { line, outbox, storage } = made();
  const { cid } = send(outbox, "hello");
  await line.refuse("forbidden");
  outbox.discard(cid);
  equal([outbox.of(LOBBY), made(storage).outbox.of(LOBBY)], [[], []]);
});

test("what another tab left behind is sent when the line is back", async () => {
  const { line, storage } = made();
  const other = made(storage);
  await other.line.lose();
  const { cid } = send(other.outbox, "from the other tab");
  await line.back();
  equal(line.asked.map(({ params }) => params.cid), [cid]);
});

test("a storage that refuses everything loses nothing as long as the page is open", async () => {
  const storage = new FakeStorage();
  storage.setItem = () => {
    throw new DOMException("full", "QuotaExceededError");
  };
  const { line, outbox } = made(storage);
  await line.lose();
  send(outbox, "hello");
  await line.back();
  equal(stages(outbox), [["hello", "sending"]]);
});

test("signing in as somebody else forgets what the one before left", () => {
  const { line, outbox, storage } = made();
  line.state = "reconnecting";
  send(outbox, "secret");
  forgetOthers(storage, "ben");
  equal(made(storage).outbox.of(LOBBY), []);
});

test("what belongs to the machine stays, whoever signs in", () => {
  const { storage } = made();
  storage.setItem(`${OF_THE_BROWSER}devices`, "{}");
  forgetOthers(storage, "ben");
  equal(storage.getItem(`${OF_THE_BROWSER}devices`), "{}");
});

test("changes of the same millisecond keep their order over a reload", async () => {
  const { line, outbox, storage } = made();
  await line.lose();
  const texts = Array.from({ length: 30 }, (_, index) => `text ${index}`);
  for (const text of texts) send(outbox, text);
  equal(made(storage).outbox.of(LOBBY).map(({ params }) => params.text), texts);
});
