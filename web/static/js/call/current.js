import { Call } from "fairmatch/call/call";
import { ask } from "fairmatch/call/connecting";
import { forget, keep, kept } from "fairmatch/call/kept-call";
import { session } from "fairmatch/live/start";

/**
 * The one call of this tab. It begins on a page and goes on over all others, until somebody leaves, signs out, or closes
 * the tab. Whoever loads a page anew comes back into it.
 *
 * Events of `calls`: "change" whenever it begins, ends or is otherwise.
 *
 * @typedef {import("./call.js").Place} Place
 */

export const calls = new EventTarget();

/** @type {Call | null} */
let now = null;

/** How often it is written down that one is still in it, in ms. */
const KEEP_EVERY_MS = 5_000;
let isUnloading = false;

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

/** @returns {Call | null} */
export function current() {
  if (now && now.live !== session()) now.end();
  return now;
}

/**
 * Somebody is at the door of a call: what carries it is started while they look into the mirror.
 * @param {Place} place @param {AbortSignal} signal  they have gone in, or away
 */
export function knock({ topic, other }, signal) {
  const live = session();
  if (live && !other) void ask(live.line, "call.ice", { call: topic, door: true }, signal).catch(() => {});
}

/**
 * Take part; another call ends. Rejects with LiveError when the server cannot be reached: then there is no call.
 * @param {Place} place @param {import("./media.js").Media} media  what is open already; the call owns it from now on
 */
export async function join(place, media) {
  const live = session();
  if (!live) return;
  now?.end();
  const call = new Call(live, place, media);
  now = call;
  document.documentElement.dataset.call = place.topic;
  const note = () => call.isOver || keep(live.storages.tab, call, Date.now());
  call.addEventListener("change", tell);
  media.addEventListener("change", note);
  const noting = setInterval(note, KEEP_EVERY_MS);
  call.addEventListener("over", () => clearInterval(noting));
  note();
  call.addEventListener("over", () => over(call));
  tell();
  await call.start().catch((error) => {
    call.end();
    throw error;
  });
}

/** @param {Call} call */
function over(call) {
  if (!isUnloading) forget(call.live.storages.tab, call.live.person);
  if (call !== now) return;
  now = null;
  delete document.documentElement.dataset.call;
  tell();
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
