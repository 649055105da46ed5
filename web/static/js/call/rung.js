import { visit } from "@hotwired/turbo";
import { canCall } from "fairmatch/call/able";
import { current } from "fairmatch/call/current";
import * as card from "fairmatch/call/ring-card";
import { onPage } from "fairmatch/kit/page";
import { session } from "fairmatch/live/start";

/**
 * Being rung, on every page. It lasts as long as rings come, so that nothing is left over whatever is lost.
 *
 * @typedef {import("../live/types-ringing.js").Ring} Ring
 */

/** Without another ring for so long, the other one has given up, in ms. */
const SILENT_MS = 8_000;

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
  if (!canCall()) return; // who cannot answer finds the note, and who rings hears nothing of an answer
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
  card.show(asked, answer);
}

onPage(begin);
