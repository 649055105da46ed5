/** Just after a moment is when what it brings is there, in ms. */
const JUST_AFTER = 500;
/** Timers of browsers go no further, in ms. */
const FURTHEST = 2 ** 31;
/** A server whose clock is behind is asked again after so long, in ms, then after twice as long, and so on. */
const AGAIN_AFTER = 1_000;
/** So often, then no more: whatever keeps it, a page that is read is not loaded for ever. */
const AGAIN_MOST = 6;

/**
 * How long to wait for what a moment brings, in ms: not at all where it is past, as on a page that comes late. null where
 * it is too far away, or no moment.
 * @param {number} moment @param {number} [now]
 */
export function waitFor(moment, now = Date.now()) {
  const wait = Math.max(moment - now, 0) + JUST_AFTER;
  return wait < FURTHEST ? wait : null;
}

/**
 * How long to wait until a page is loaded anew that changes at a moment, in ms. Where the moment is past and the page has
 * not changed, one of the two clocks is wrong, and with each of its `tries` it is waited for longer; null: no more.
 * @param {number} moment @param {number} tries @param {number} [now]
 */
export function comeBackAfter(moment, tries, now = Date.now()) {
  if (moment > now) return waitFor(moment, now);
  return tries < AGAIN_MOST ? AGAIN_AFTER * 2 ** tries : null;
}
