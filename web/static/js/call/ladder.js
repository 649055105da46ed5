/**
 * When a call goes without pictures, when they come back, and when writing is what is left: rules, without a clock of their own.
 *
 * Down is quick, since bad sound hurts; up is slow, and slower after each fall, so that pictures do not come and go.
 *
 * @typedef {import("./quality.js").Quality} Quality
 * @typedef {object} Rung
 * @property {boolean} soundOnly
 * @property {number} bad  looks in a row at which it was poor
 * @property {number} good  looks in a row at which it was good
 * @property {number} falls  how often pictures were given up
 * @typedef {object} Climb  back to UDP, and straight through
 * @property {number} looks  in a row at which there was something better
 * @property {number} tries  how often another one was looked for
 * @property {boolean} isDue  whether it is to be looked for now
 */

/** Looks, of three seconds each. */
const FALLS_AFTER = 3;
const RISES_AFTER = 5;
const RISES_MOST = 40;
/** Looks at a path after which a better one is looked for; each time it takes twice as many. */
const CLIMBS_AFTER = 10;
const CLIMBS_MOST = 200;
/**
 * Without any path for so long, writing is offered, in ms. A browser tries all ways, relays as well, side by side, and gives
 * them up after 15 s (Chromium); one more look takes 5 s, then all is built anew, and what comes is the same again.
 * A path that was lost has been looked for anew by then, and been built anew for most of that time.
 */
export const CUT_OFF_MS = 20_000;
/** One looks every few seconds; after a longer pause the machine slept, in ms. */
const ASLEEP_MS = 10_000;

/** @returns {Rung} */
export function atTheTop() {
  return { soundOnly: false, bad: 0, good: 0, falls: 0 };
}

/** After one more look. @param {Rung} rung @param {Quality} quality @returns {Rung} */
export function after({ soundOnly, bad, good, falls }, quality) {
  bad = quality === "poor" ? bad + 1 : 0;
  good = quality === "good" ? good + 1 : 0;
  if (!soundOnly && bad >= FALLS_AFTER) return { soundOnly: true, bad: 0, good: 0, falls: falls + 1 };
  const patience = Math.min(RISES_AFTER * 2 ** Math.max(falls - 1, 0), RISES_MOST);
  if (soundOnly && good >= patience) return { soundOnly: false, bad: 0, good: 0, falls };
  return { soundOnly, bad, good, falls };
}

/** @returns {Climb} */
export function atTheFoot() {
  return { looks: 0, tries: 0, isDue: false };
}

/**
 * After one more look. A browser keeps to the path that it has found, and no network says that it lets UDP out again: over
 * TCP, where what is lost holds up all that follows, one looks for oneself; through a relay as well, unless that is wanted.
 * @param {Climb} climb @param {import("./quality.js").Way} way @param {boolean} isRelayOnly @returns {Climb}
 */
export function climbing({ looks, tries }, way, isRelayOnly) {
  if (way === "direct") return atTheFoot(); // the next detour may be a short one
  looks = way === "tcp" || way === "tls" || (way === "udp" && !isRelayOnly) ? looks + 1 : 0;
  const isDue = looks >= Math.min(CLIMBS_AFTER * 2 ** tries, CLIMBS_MOST);
  return isDue ? { looks: 0, tries: tries + 1, isDue } : { looks, tries, isDue };
}

/** Since when there has been no path; null: there is one. Who slept meanwhile begins anew.
 * @param {number | null} since @param {boolean} isThere @param {number} now @param {number} [seen]  when one looked last */
export function outSince(since, isThere, now, seen = now) {
  if (isThere) return null;
  return since === null || now - seen > ASLEEP_MS ? now : since;
}

/** Whether nothing at all gets through. @param {number | null} since @param {number} now */
export function isCutOff(since, now) {
  return since !== null && now - since >= CUT_OFF_MS;
}
