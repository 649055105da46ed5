import { Call } from "fairmatch/call/call";
import { after, atTheFoot, atTheTop, climbing, CUT_OFF_MS, isCutOff, outSince } from "fairmatch/call/ladder";
import { Media } from "fairmatch/call/media";
import { equal, test } from "/harness.js";

test("three poor looks in a row give up pictures, five good ones bring them back", () => {
  let rung = atTheTop();
  const look = (...found) => found.forEach((quality) => (rung = after(rung, quality)));
  look("poor", "poor", "fair", "poor", "poor");
  equal(rung.soundOnly, false);
  look("poor");
  equal(rung.soundOnly, true);
  look("good", "good", "good", "good", "fair", "good", "good", "good", "good");
  equal(rung.soundOnly, true);
  look("good");
  equal(rung.soundOnly, false);
});

test("each fall makes pictures wait longer, up to two minutes", () => {
  let rung = atTheTop();
  const waits = [];
  for (let fall = 0; fall < 6; fall++) {
    while (!rung.soundOnly) rung = after(rung, "poor");
    let looks = 0;
    for (; rung.soundOnly; looks++) rung = after(rung, "good");
    waits.push(looks);
  }
  equal(waits, [5, 10, 20, 40, 40, 40]);
});

test("a better path than a detour is looked for after half a minute, then ever more rarely", () => {
  let climb = atTheFoot();
  const waits = [];
  for (let tries = 0; tries < 6; tries++) {
    let looks = 0;
    do climb = climbing(climb, /** @type {any} */ (["tcp", "tls", "udp"][looks % 3]), false);
    while (++looks && !climb.isDue);
    waits.push(looks);
  }
  equal(waits, [10, 20, 40, 80, 160, 200]);
  climb = climbing({ looks: 3, tries: 5, isDue: false }, "direct", false);
  equal(climb, atTheFoot(), "the next detour may be a short one");
  for (const [way, isRelayOnly] of [["direct", false], ["", false], ["udp", true]]) {
    climb = { looks: 9, tries: 0, isDue: false };
    for (let look = 0; look < 300; look++) climb = climbing(climb, /** @type {any} */ (way), Boolean(isRelayOnly));
    equal(climb, atTheFoot(), "there is nothing better to look for");
  }
});

test("a call that goes over TCP looks for another path by itself", async () => {
  const { setInterval } = globalThis;
  const ticks = [];
  const room = Object.assign(new EventTarget(), { may: null });
  const line = { state: "live", join: () => ({ store: room, release: () => {} }), doubt: () => {} };
  const reports = new Map(Object.entries({
    pair: { type: "candidate-pair", nominated: true, state: "succeeded", localCandidateId: "relay" },
    relay: { type: "local-candidate", candidateType: "relay", relayProtocol: "tcp" },
  }));
  let doubts = 0;
  const peer = { connectionState: "connected", getStats: async () => reports, getReceivers: () => [] };
  const way = Object.assign(new EventTarget(), { isIn: true, others: [], peer, doubt: () => doubts++, end: () => {} });
  globalThis.setInterval = /** @type {any} */ ((tick) => ticks.push(tick));
  try {
    const call = Object.assign(new Call(/** @type {any} */ ({ line }), /** @type {any} */ ({ topic: "call:1", people: [] }), new Media()), { way: /** @type {any} */ (way) });
    const look = async (times) => {
      for (let time = 0; time < times; time++) for (const tick of ticks) await tick();
      await new Promise((resolve) => setTimeout(resolve));
      return doubts;
    };
    equal([await look(9), await look(1), await look(19), await look(1)], [0, 1, 1, 2]);
    reports.set("relay", { type: "local-candidate", candidateType: "host" });
    equal([await look(300), call.trouble], [2, "The call goes straight through again."]);
    call.end();
  } finally {
    Object.assign(globalThis, { setInterval });
  }
});

test("without any path for a while a call is cut off, and with one it is not", () => {
  let since = null;
  const look = (isThere, now) => isCutOff((since = outSince(since, isThere, now)), now);
  equal([look(false, 1_000), look(false, 1_000 + CUT_OFF_MS - 1), look(false, 1_000 + CUT_OFF_MS)], [false, false, true]);
  equal([look(true, 50_000), look(false, 60_000), look(false, 60_000 + CUT_OFF_MS)], [false, false, true]);
});

test("where nothing gets through a call says that it is better written, as long as texts get through and it does not", () => {
  const { setInterval, Date: { now } } = globalThis;
  const ticks = [];
  let at = 1_000;
  const room = Object.assign(new EventTarget(), { may: null });
  let doubts = 0;
  const line = { state: "live", join: () => ({ store: room, release: () => {} }), doubt: () => doubts++ };
  const way = Object.assign(new EventTarget(), { isIn: false, others: [], peer: null, end: () => {} });
  globalThis.setInterval = /** @type {any} */ ((tick) => ticks.push(tick));
  Date.now = () => at;
  try {
    const call = Object.assign(new Call(/** @type {any} */ ({ line }), /** @type {any} */ ({ topic: "call:1", people: [] }), new Media()), { way: /** @type {any} */ (way) });
    const look = (ms) => ((at += ms), ticks.forEach((tick) => tick()), [call.isBetterWritten, call.trouble]);
    const said = (ms) => (ms > 3_000 ? (look(3_000), said(ms - 3_000)) : look(ms));
    const advice = [true, "Nothing gets through: better write now. The call goes on trying by itself."];
    equal([said(0), said(CUT_OFF_MS - 1), said(1)], [[false, "Connecting"], [false, "Connecting"], advice]);
    way.isIn = true;
    room.dispatchEvent(new Event("change"));
    equal([call.isBetterWritten, call.trouble], [false, ""]);
    way.isIn = false;
    const lost = [false, "The connection was lost. It is being restored."];
    equal([said(0), said(CUT_OFF_MS)], [lost, advice]);
    equal(doubts, 2, "each time the line was asked whether it is there");
    equal([look(3_600_000), said(CUT_OFF_MS)], [lost, advice], "an hour in which the machine slept is no hour without a path");
    line.state = "reconnecting";
    equal(said(3_000), lost);
    call.end();
  } finally {
    Object.assign(globalThis, { setInterval });
    Date.now = now;
  }
});
