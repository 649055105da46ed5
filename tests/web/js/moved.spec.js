import "fairmatch/call/fm-call";
import { hold, whereItGoesOn } from "fairmatch/call/current";
import { askFor } from "fairmatch/call/ringing";
import { session } from "fairmatch/live/start";
import { equal, ok, settle, test } from "/harness.js";

const MOVED = "The call goes on where you joined it last.";
const DOOR = `<fm-call data-topic="call:1" data-other="ben" data-publish="microphone camera"></fm-call>`;
const toasts = () => document.querySelector("#toasts")?.textContent;

/** In a call, on a page like this. @param {string} topic @param {string} page */
function inCall(topic, page) {
  document.head.insertAdjacentHTML("beforeend", `<meta name="fairmatch-person" content="aylin">`);
  document.body.innerHTML = `<div id="toasts"></div>${page}`;
  const media = Object.assign(new EventTarget(), { isOn: () => true });
  const call = Object.assign(new EventTarget(), { live: session(), place: { topic, name: "Ben", path: "/call" }, media, others: [], isOver: false });
  hold(/** @type {any} */ (call));
  return (/** @type {string} */ why) => (Object.assign(call, { isOver: true }), call.dispatchEvent(new CustomEvent("over", { detail: why })));
}

test("a call that goes on elsewhere is said on another page for a while, and at its door until one joins again", async () => {
  const opened = [];
  Object.defineProperty(navigator.mediaDevices, "getUserMedia", { configurable: true, value: async (wanted) => (opened.push(wanted), Promise.reject(new DOMException())) });
  inCall("call:1", "")("moved");
  equal(toasts(), MOVED);
  document.body.innerHTML = `<div id="toasts"></div>${DOOR}`;
  await settle();
  equal([opened.length, toasts()], [0, ""], "who speaks elsewhere is not filmed here");
  ok(document.querySelector(".call-door .quiet-line")?.textContent.includes(MOVED), "at the door");
  document.querySelector("fm-call")?.remove();

  inCall("call:2", "")("");
  equal(whereItGoesOn("call:1"), "");
  document.body.insertAdjacentHTML("beforeend", DOOR);
  await settle();
  equal([opened.length, document.querySelector(".call-door .quiet-line")], [2, null]);
  document.querySelector("fm-call")?.remove();
  delete (/** @type {any} */ (navigator.mediaDevices).getUserMedia);
});

test("a call that still rings is missed once it is left, and not when it goes on elsewhere", async () => {
  const rung = async (/** @type {string} */ why) => {
    const states = [];
    const end = inCall("call:3", "");
    /** @type {any} */ (session()).line.request = async (_method, { state }) => void states.push(state);
    askFor(/** @type {any} */ ({ topic: "call:3", name: "Ben" }));
    end(why);
    await settle();
    return states;
  };
  equal(await rung("moved"), ["ringing"]);
  equal(await rung(""), ["ringing", "missed"]);
});
