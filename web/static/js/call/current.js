import { Call } from "fairmatch/call/call";
import { session } from "fairmatch/live/start";

/**
 * The one call of this tab. It begins on a page and goes on over all others, until somebody leaves, signs out, or closes
 * the tab.
 *
 * Events of `calls`: "change" whenever it begins, ends or is otherwise.
 *
 * @typedef {import("./call.js").Place} Place
 */

export const calls = new EventTarget();

/** @type {Call | null} */
let now = null;

/** @returns {Call | null} */
export function current() {
  if (now && now.live !== session()) now.end();
  return now;
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
  call.addEventListener("change", tell);
  call.addEventListener("over", () => over(call));
  tell();
  await call.start().catch((error) => {
    call.end();
    throw error;
  });
}

/** @param {Call} call */
function over(call) {
  if (call !== now) return;
  now = null;
  delete document.documentElement.dataset.call;
  tell();
}

function tell() {
  calls.dispatchEvent(new Event("change"));
}

// Others shall not look at a frozen picture until the server finds out.
addEventListener("pagehide", ({ persisted }) => persisted || now?.end());
