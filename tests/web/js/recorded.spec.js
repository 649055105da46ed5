import { render } from "lit";
import { hearAnswers, isRecorded, recordingView, whyStopped } from "fairmatch/call/recorded";
import { CallRoom } from "fairmatch/live/call";
import { equal, settle, test } from "/harness.js";

const may = { publish: ["microphone"], listen: true, moderate: false };
const state = (recording) => ({ participants: [], speakers: [], recording });

/** Somebody's call, as its room tells it. @param {object} [more] */
function inCall(more = {}) {
  const room = new CallRoom(() => {});
  room.recover({ snapshot: { ...state(true), may, kind: "booth", known: true, stopped: null } });
  return /** @type {any} */ ({ room, isIn: true, moderates: false, live: { line: { state: "live" } }, place: { topic: "call:1" }, ...more });
}

/** @param {any} call */
function shown(call) {
  const ground = document.createElement("p");
  render(recordingView(call), ground);
  return ground;
}

const LOST = "The recording has ended: the server was interrupted. What was recorded until then is kept.";
const lost = { recording: "one", why: "lost" };

test("a recording that stops is said to have ended, and why, for a minute, and no longer once another one runs", () => {
  const call = inCall();
  call.room.receive({ k: "call", d: state(false) });
  equal(whyStopped(call), "", "nobody has said yet why");
  call.room.receive({ k: "recording.stopped", d: lost });
  equal(shown(call).textContent?.trim(), LOST);
  equal(shown(call).querySelector("button"), null, "moderators record");
  call.isIn = false;
  equal(whyStopped(call), "", "the line has more urgent news");
  call.isIn = true;
  equal([whyStopped(call, Date.now() + 50_000), whyStopped(call, Date.now() + 70_000)], [LOST, ""]);
  call.room.receive({ k: "call", d: state(true) });
  equal([isRecorded(call), call.room.stopped], [true, null]);
});

test("a state that was on its way when a recording stopped does not take back why", () => {
  const call = inCall();
  call.room.receive({ k: "recording.stopped", d: lost });
  equal(isRecorded(call), true, "its node is believed");
  call.room.receive({ k: "call", d: state(true) });
  call.room.receive({ k: "call", d: state(false) });
  equal(whyStopped(call), LOST);
});

test("whoever comes back after it reads why a recording has ended, once", () => {
  const call = inCall();
  const back = () => call.room.recover({ snapshot: { ...state(false), may, kind: "booth", known: true, stopped: lost } });
  back();
  const { heardAt } = call.room.stopped;
  call.room.stopped.heardAt -= 70_000;
  back();
  equal([call.room.stopped.heardAt, whyStopped(call)], [heardAt - 70_000, ""]);
});

test("a moderator can have it recorded again with one press until that is done", async () => {
  const call = inCall({ moderates: true });
  call.room.receive({ k: "call", d: state(false) });
  call.room.receive({ k: "recording.stopped", d: lost });
  call.room.stopped.heardAt -= 3_600_000;
  const asked = [];
  const { fetch } = window;
  window.fetch = async (path, { method }) => (asked.push([path, method]), new Response());
  try {
    shown(call).querySelector("button")?.click();
    await settle();
  } finally {
    window.fetch = fetch;
  }
  equal(asked, [["/calls/1/recordings", "POST"]]);
  call.room.receive({ k: "recording.stopped", d: { recording: "two", why: "ended" } });
  equal([shown(call).querySelector("button"), shown(call).textContent?.trim()], [null, "The recording has ended."]);
});

test("nothing is said to be recorded while nobody can know", () => {
  const call = inCall({ isIn: false });
  equal(isRecorded(call), true, "the server says so");
  call.live.line.state = "offline";
  equal(isRecorded(call), false);
  call.isIn = true;
  equal(isRecorded(call), true, "what carries it goes on without the server");
});

test("who has agreed is not asked again until the next recording, and can think again", () => {
  const signals = new EventTarget();
  const call = inCall({ live: { line: { state: "live" }, signals } });
  hearAnswers(call, new AbortController().signal);
  const answers = (agrees, topic = "call:1") => signals.dispatchEvent(new CustomEvent("recording.answer", { detail: { call: topic, agrees } }));
  const asked = () => shown(call).querySelector("a")?.textContent;
  answers(true, "call:2");
  equal(asked(), "Do you agree?");
  answers(true);
  equal(asked(), "You agreed.");
  answers(false);
  equal(asked(), "You did not agree: you are not in it.");
  call.room.receive({ k: "call", d: state(false) });
  call.room.receive({ k: "call", d: state(true) });
  equal(asked(), "Do you agree?");
  call.room.recover({ snapshot: { ...state(true), may, kind: "booth", known: true, agrees: true } });
  equal(asked(), "You agreed.");
  call.room.receive({ k: "may", d: { ...may, publish: [] } });
  equal(asked(), undefined, "who only watches has nothing to agree to");
});
