import "fairmatch/call/fm-call";
import "fairmatch/call/fm-check";
import "fairmatch/call/rung";
import { hold, isPutOut } from "fairmatch/call/current";
import { session } from "fairmatch/live/start";
import { equal, ok, settle, test } from "/harness.js";

const OUT = "A moderator has removed you from this call. You can join here once they let you in again.";
const may = { publish: ["microphone"], listen: true, moderate: false };
const told = (recording) => ({ snapshot: { participants: [], speakers: [], recording, may, kind: "booth", known: true } });
const door = (more = "") => `<fm-call data-topic="call:1" data-publish="microphone" ${more}></fm-call>`;
const shown = () => document.querySelector("fm-call")?.textContent?.trim() ?? "";
const topic = () => /** @type {any} */ (session()).line.topics;

/** @param {string} page */
async function on(page) {
  document.querySelector("meta[name=fairmatch-person]") ?? document.head.insertAdjacentHTML("beforeend", `<meta name="fairmatch-person" content="aylin">`);
  document.body.innerHTML = `<div id="toasts"></div>${page}`;
  await settle();
}

/** In a call, until what this returns ends it. */
function inCall() {
  const media = Object.assign(new EventTarget(), { isOn: () => true });
  const call = Object.assign(new EventTarget(), { live: session(), place: { topic: "call:1", name: "Table", path: "/call" }, media, others: [], isOver: false });
  hold(/** @type {any} */ (call));
  return (/** @type {string} */ why) => (Object.assign(call, { isOver: true }), call.dispatchEvent(new CustomEvent("over", { detail: why })));
}

test("the door says that a call is recorded before one joins it, from when on it is", async () => {
  await on(door());
  ok(!shown().includes("recorded"), "it is not known yet");
  topic().store("call:1").recover(told(true));
  ok(shown().includes("This call is being recorded."));
  ok(shown().includes("you are asked whether you agree"));
  topic().store("call:1").receive({ k: "call", d: { participants: [], speakers: [], recording: false } });
  ok(!shown().includes("recorded"));
  document.querySelector("fm-call")?.remove();
});

test("whoever a moderator removes reads that at the door, and comes in again once they are let in", async () => {
  await on("");
  inCall()("removed");
  await on(door());
  equal([shown(), document.querySelector(".call-door"), document.querySelector("#toasts")?.textContent], [OUT, null, ""]);
  topic().refuse("call:1", { code: "not_found" }); // the server does not tell them of it
  equal(shown(), OUT);
  topic().restore("call:1");
  topic().store("call:1").recover(told(false));
  ok(document.querySelector(".call-door"));
  equal(isPutOut("call:1"), false);
  document.querySelector("fm-call")?.remove();
});

test("on another page it is said at its foot, and a page that is loaded anew says it by itself", async () => {
  await on("");
  inCall()("removed");
  equal(document.querySelector("#toasts")?.textContent?.trim(), "A moderator has removed you from the call.");
  inCall()("");
  equal(isPutOut("call:1"), false, "joined again, and left");
  await on(door(`data-removed="yes"`));
  equal([shown(), document.querySelector(".call-door")], [OUT, null]);
  document.querySelector("fm-call")?.remove();
});

test("who stands at the door when they are removed reads it there", async () => {
  await on("");
  inCall()("");
  await on(door());
  topic().store("call:1").recover(told(false));
  ok(document.querySelector(".call-door"));
  topic().refuse("call:1", { code: "forbidden" });
  ok(document.querySelector(".call-door"), "for another reason, which is said by who tries to join");
  topic().refuse("call:1", { code: "forbidden", why: "removed" });
  equal(shown(), OUT);
  document.querySelector("fm-call")?.remove();
});

test("a browser without WebRTC says so in one sentence at the door and at the check, and does not ring", async () => {
  const { RTCPeerConnection: real } = globalThis;
  delete (/** @type {any} */ (globalThis).RTCPeerConnection);
  try {
    await on(`<div id="dock"></div><main id="main">${door()}<fm-check data-servers="[]" data-engine="node"></fm-check></main>`);
    const says = "This browser cannot take part in calls, since it has no WebRTC or has it switched off; everything else works here, writing too.";
    equal([shown(), document.querySelector("fm-check")?.textContent?.trim()], [says, says]);
    equal(document.querySelectorAll("#main button").length, 0);
    document.dispatchEvent(new Event("turbo:load"));
    const ring = { cid: "1", call: "call:2", path: "/", name: "Mia Sommer", sender: "mia", state: "ringing" };
    const rings = () => (session()?.signals.dispatchEvent(new CustomEvent("ring", { detail: ring })), document.querySelector(".dock-ring") !== null);
    equal(rings(), false, "who rings would wait for nobody");
    globalThis.RTCPeerConnection = real;
    equal(rings(), true);
    session()?.signals.dispatchEvent(new CustomEvent("ring", { detail: { ...ring, state: "missed" } }));
  } finally {
    globalThis.RTCPeerConnection = real;
    document.body.innerHTML = "";
  }
});
