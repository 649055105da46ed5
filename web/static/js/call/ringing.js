import { visit } from "@hotwired/turbo";
import { html, nothing, render } from "lit";
import { _ } from "fairmatch/i18n";
import { calls, current } from "fairmatch/call/current";
import { avatar } from "fairmatch/kit/avatar";
import { icon } from "fairmatch/kit/icon";
import { onPage } from "fairmatch/kit/page";
import { newCid } from "fairmatch/live/ground";
import { session } from "fairmatch/live/start";

/**
 * Ringing: asking somebody into a call of two, and being asked, on every page. It lasts as long as rings come, so that
 * nothing is left over whatever is lost; who does not answer finds a note in the conversation.
 *
 * @typedef {import("./call.js").Place} Place
 * @typedef {import("../live/types-ringing.js").Ring} Ring
 */

/** A ring is repeated after so long, in ms, for so long in all. */
const EVERY_MS = 3_000;
const LONG_MS = 40_000;
/** Without another ring for so long, the other one has given up, in ms. */
const SILENT_MS = 8_000;

// -- asking ------------------------------------------------------------------------------------------------------------

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
    void say("missed");
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

// -- being asked -------------------------------------------------------------------------------------------------------

/** @type {Ring | null} */
let asked = null;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let silence;
/** Rings that have had their answer. @type {Set<string>} */
const answered = new Set();
/** @type {WeakSet<EventTarget>} */
const listened = new WeakSet();

function begin() {
  const live = session();
  if (live && !listened.has(live.signals)) {
    listened.add(live.signals);
    live.signals.addEventListener("ring", (event) => hear(/** @type {CustomEvent} */ (event).detail));
  }
  draw();
}

/** @param {Ring} ring */
function hear(ring) {
  if (ring.state !== "ringing") {
    answered.add(ring.cid);
    if (asked?.call === ring.call) show(null);
    return;
  }
  if (ring.mine || answered.has(ring.cid) || current()?.place.topic === ring.call) return;
  show(ring);
}

/** @param {Ring | null} ring */
function show(ring) {
  asked = ring;
  clearTimeout(silence);
  if (ring) silence = setTimeout(() => show(null), SILENT_MS);
  draw();
}

/** @param {"taken" | "declined"} state */
function answer(state) {
  if (!asked) return;
  const { call, path, cid } = asked;
  answered.add(cid);
  void session()?.line.request("call.ring", { call, state, cid }).catch(() => {});
  show(null);
  if (state === "taken") visit(`${path}?answer=1`);
}

function draw() {
  const dock = document.getElementById("dock");
  if (!dock) return;
  let place = dock.querySelector(".dock-ring");
  if (!asked && !place) return;
  if (!place) {
    place = Object.assign(document.createElement("div"), { className: "dock-ring" });
    place.setAttribute("role", "alertdialog");
    place.setAttribute("aria-label", _("Somebody calls you"));
    dock.prepend(place);
  }
  render(asked ? ringView(asked) : nothing, /** @type {HTMLElement} */ (place));
  if (!asked) place.remove();
}

/** @param {Ring} ring */
function ringView({ sender, name, photo }) {
  return html`<div class="dock-who">${avatar({ id: sender, name, photo: photo ?? "" })}<p><strong><bdi>${name}</bdi></strong><br><span class="live-text">${_("calls you")}</span></p></div>
    <div class="row"><button type="button" class="button button-primary" data-does="accept" @click=${() => answer("taken")}>${icon("phone")}<span>${_("Accept the call")}</span></button>
    <button type="button" class="button button-plain" data-does="decline" @click=${() => answer("declined")}>${_("Not now")}</button></div>`;
}

onPage(begin);
