import { visit } from "@hotwired/turbo";
import { _ } from "fairmatch/i18n";
import { current } from "fairmatch/call/current";
import { onPage } from "fairmatch/kit/page";
import { toast } from "fairmatch/kit/toast";
import { session } from "fairmatch/live/start";

/**
 * Being rung, on every page. It lasts as long as rings come, so that nothing is left over whatever is lost. What one
 * sees comes with the first ring (`ring-card`).
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

async function draw() {
  if (!asked && !document.querySelector(".dock-ring")) return;
  const card = await import("fairmatch/call/ring-card").catch(() => null);
  if (card) card.show(asked, answer); // as it is by now
  else if (asked) toast(_("%(name)s calls you.", { name: asked.name }), { action: _("Accept the call"), run: () => answer("taken") });
}

onPage(begin);
