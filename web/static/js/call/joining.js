import { Call } from "fairmatch/call/call";
import { ask } from "fairmatch/call/connecting";
import { current, hold } from "fairmatch/call/current";
import { sayLost } from "fairmatch/call/lost";
import { session } from "fairmatch/live/start";

/**
 * The way into a call.
 *
 * @typedef {import("./call.js").Place} Place
 */

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
  current()?.end();
  const call = new Call(live, place, media);
  hold(call);
  sayLost(call);
  await call.start().catch((error) => {
    call.end();
    throw error;
  });
}
