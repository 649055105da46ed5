/**
 * When a call goes without pictures, and when they come back: rules, without a clock of their own.
 *
 * Down is quick, since bad sound hurts; up is slow, and slower after each fall, so that pictures do not come and go.
 *
 * @typedef {import("./quality.js").Quality} Quality
 * @typedef {object} Rung
 * @property {boolean} soundOnly
 * @property {number} bad  looks in a row at which it was poor
 * @property {number} good  looks in a row at which it was good
 * @property {number} falls  how often pictures were given up
 */

/** Looks, of three seconds each. */
const FALLS_AFTER = 3;
const RISES_AFTER = 5;
const RISES_MOST = 40;

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
