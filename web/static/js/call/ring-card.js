import { _ } from "fairmatch/i18n";
import { takingAway } from "fairmatch/kit/focus";
import { icon } from "fairmatch/kit/icon";

/**
 * Who calls, in the dock. It needs nothing that has yet to come, since a ring is short; the face follows.
 *
 * @typedef {import("../live/types-ringing.js").Ring} Ring
 * @typedef {(state: "taken" | "declined") => void} Answer
 */

/** What takes a card away. @type {WeakMap<HTMLElement, () => void>} */
const ends = new WeakMap();

/** Show a ring, or none any more. One that is shown already stays as it is. @param {Ring | null} ring @param {Answer} answer */
export function show(ring, answer) {
  const dock = document.getElementById("dock");
  const there = /** @type {HTMLElement | null} */ (dock?.querySelector(".dock-ring"));
  if (!dock || there?.dataset.ring === ring?.cid) return;
  if (there) ends.get(there)?.();
  if (ring) dock.prepend(card(ring, answer));
}

/** @param {Ring} ring @param {Answer} answer */
function card(ring, answer) {
  const made = Object.assign(document.createElement("div"), { className: "dock-ring" });
  made.dataset.ring = ring.cid;
  made.setAttribute("role", "alertdialog");
  made.setAttribute("aria-label", _("Somebody calls you"));
  const who = Object.assign(document.createElement("div"), { className: "dock-who" });
  const words = document.createElement("p");
  const name = document.createElement("strong");
  name.append(Object.assign(document.createElement("bdi"), { textContent: ring.name }));
  const calls = Object.assign(document.createElement("span"), { className: "live-text", textContent: _("calls you") });
  words.append(name, document.createElement("br"), calls);
  who.append(words);
  const row = Object.assign(document.createElement("div"), { className: "row" });
  const accept = button("button-primary", "accept", () => answer("taken"));
  accept.append(icon("phone"), Object.assign(document.createElement("span"), { textContent: _("Accept the call") }));
  const decline = button("button-plain", "decline", () => answer("declined"));
  decline.append(_("Not now"));
  row.append(accept, decline);
  made.append(who, row);
  ends.set(made, takingAway(made));
  void addFace(who, ring);
  return made;
}

/** @param {string} kind @param {string} does @param {() => void} run */
function button(kind, does, run) {
  const made = Object.assign(document.createElement("button"), { type: "button", className: `button ${kind}` });
  made.dataset.does = does;
  made.addEventListener("click", run);
  return made;
}

/** @param {HTMLElement} who @param {Ring} ring */
async function addFace(who, { sender, name, photo }) {
  const come = await Promise.all([import("lit"), import("fairmatch/kit/avatar")]).catch(() => null); // else without
  if (!come) return;
  const place = document.createElement("div");
  place.style.display = "contents";
  who.prepend(place);
  come[0].render(come[1].avatar({ id: sender, name, photo: photo ?? "" }), place);
}
