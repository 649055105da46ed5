import { _ } from "fairmatch/i18n";
import { forget, keep, kept } from "fairmatch/call/kept-call";
import { toast } from "fairmatch/kit/toast";
import { session } from "fairmatch/live/start";

/**
 * The one call of this tab. It begins on a page and goes on over all others, until somebody leaves, signs out, or closes
 * the tab. Whoever loads a page anew comes back into it. Every page has this; what a call is made of comes with the
 * first one (`joining`).
 *
 * Events of `calls`: "change" whenever it begins, ends or is otherwise.
 *
 * @typedef {import("./call.js").Call} Call
 */

export const calls = new EventTarget();

/** @type {Call | null} */
let now = null;

/** How often it is written down that one is still in it, in ms. */
const KEEP_EVERY_MS = 5_000;
let isUnloading = false;
/** The topic of the call that goes on elsewhere: one has moved there, and joined none here since. */
let moved = "";
/** The topic of the call that a moderator has removed one from. */
let removed = "";

/** The call that a page that was loaded anew has cut off. */
export function interrupted() {
  const live = session();
  return live && !now ? kept(live.storages.tab, live.person, Date.now()) : null;
}

/** Do not come back. */
export function letGo() {
  const live = session();
  if (live) forget(live.storages.tab, live.person);
  tell();
}

/** What one reads where one moved away from a call; "" where one did not. @param {string} [topic] */
export function whereItGoesOn(topic) {
  return topic && topic === moved ? _("The call goes on where you joined it last.") : "";
}

/** Whether a moderator has removed one from a call, as far as this tab knows. @param {string} [topic] */
export function isPutOut(topic) {
  return Boolean(topic) && topic === removed;
}

/** One may come in again. */
export function letIn() {
  removed = "";
}

/** Whether a call is on this page. @param {string} [topic] */
export function hasPageOf(topic) {
  return Boolean(topic && document.querySelector(`fm-call[data-topic="${CSS.escape(topic)}"]`));
}

/** @returns {Call | null} */
export function current() {
  if (now && now.live !== session()) now.end();
  return now;
}

/** Be in a call from now on. Another one has ended by then. @param {Call} call */
export function hold(call) {
  const { live, place, media } = call;
  now = call;
  moved = removed = "";
  document.documentElement.dataset.call = place.topic;
  sayWhetherSeen(live);
  const note = () => call.isOver || keep(live.storages.tab, call, Date.now());
  call.addEventListener("change", tell);
  media.addEventListener("change", note);
  const noting = setInterval(note, KEEP_EVERY_MS);
  call.addEventListener("over", () => clearInterval(noting));
  note();
  call.addEventListener("over", (event) => over(call, /** @type {CustomEvent} */ (event).detail));
  tell();
}

/** @param {Call} call @param {string} why */
function over(call, why) {
  if (!isUnloading) forget(call.live.storages.tab, call.live.person);
  if (call !== now) return;
  now = null;
  if (why === "moved") sayMoved(call.place.topic);
  if (why === "removed") sayPutOut(call.place.topic);
  delete document.documentElement.dataset.call;
  sayWhetherSeen(call.live);
  tell();
}

/** On the call's own page its door says so. @param {string} topic */
function sayMoved(topic) {
  moved = topic;
  if (!hasPageOf(topic)) toast(whereItGoesOn(topic));
}

/** The same of who is out. @param {string} topic */
function sayPutOut(topic) {
  removed = topic;
  if (!hasPageOf(topic)) toast(_("A moderator has removed you from the call."), { error: true });
}

/** Whoever is in a call is told everything, behind other windows as well; a page that is shown is told anyhow.
 * @param {Call["live"]} live */
function sayWhetherSeen(live) {
  if (document.visibilityState === "hidden") void live.line.see();
}

function tell() {
  calls.dispatchEvent(new Event("change"));
}

// Others shall not look at a frozen picture until the server finds out.
addEventListener("pagehide", ({ persisted }) => {
  if (!now) return;
  keep(now.live.storages.tab, now, Date.now(), true);
  if (persisted) return;
  isUnloading = true;
  now.end();
});
