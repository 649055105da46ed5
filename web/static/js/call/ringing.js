import { _ } from "fairmatch/i18n";
import { calls, current, whereItGoesOn } from "fairmatch/call/current";
import { newCid } from "fairmatch/live/ground";

/**
 * Asking somebody into a call of two: whoever does not answer finds a note in the conversation.
 *
 * @typedef {import("./call.js").Place} Place
 */

/** A ring is repeated after so long, in ms, for so long in all. */
const EVERY_MS = 3_000;
const LONG_MS = 40_000;

/** Ring the other one until they are in, say no, or too long is over; then the call is left. @param {Place} place */
export function askFor(place) {
  const call = current();
  if (!call || call.place.topic !== place.topic) return;
  const cid = newCid();
  const began = Date.now();
  /** @param {string} state */
  const say = (state) => call.live.line.request("call.ring", { call: place.topic, state, cid }).catch(() => {});
  let isDone = false;
  const stop = () => {
    isDone = true;
    clearInterval(timer);
    calls.removeEventListener("change", look);
    call.live.signals.removeEventListener("ring", hear);
  };
  const look = () => {
    if (isDone) return;
    if (call.others.length > 0) {
      call.ringing = "";
      return stop();
    }
    if (!call.isOver) return;
    stop();
    if (!whereItGoesOn(place.topic)) void say("missed"); // whoever went on elsewhere is still there
  };
  const hear = (/** @type {any} */ { detail }) => {
    if (detail.call !== place.topic || detail.state !== "declined") return;
    stop();
    call.ringing = _("%(name)s cannot talk just now.", { name: place.name });
    calls.dispatchEvent(new Event("change"));
  };
  const timer = setInterval(() => {
    if (Date.now() - began < LONG_MS) return void say("ringing");
    stop();
    void say("missed");
    call.ringing = _("%(name)s does not answer. A note is in your conversation.", { name: place.name });
    calls.dispatchEvent(new Event("change"));
  }, EVERY_MS);
  calls.addEventListener("change", look);
  call.live.signals.addEventListener("ring", hear);
  call.ringing = _("Calling %(name)s", { name: place.name });
  void say("ringing");
}
