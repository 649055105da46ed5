/**
 * The call of this tab, written down so that it can be gone back to after the page was loaded anew. One's id in calls
 * stays with the tab, so whoever comes back is the same participant.
 *
 * @typedef {import("./call.js").Call} Call
 * @typedef {object} KeptCall
 * @property {string} topic
 * @property {string} name
 * @property {string} path
 * @property {{ microphone: boolean, camera: boolean }} on  what was sent
 * @property {number} at  when one was last in it, in ms
 */

/** @param {string} person */
const keyOf = (person) => `fairmatch:call:${person}:kept`;
/** For so long somebody who loads a page comes back by themselves, in ms: later they may have something else in mind. */
export const COMES_BACK_MS = 60_000;

/** @param {globalThis.Storage} tab @param {Call} call @param {number} now */
export function keep(tab, call, now) {
  const { place, media, live } = call;
  const on = { microphone: media.isOn("microphone"), camera: media.isOn("camera") };
  /** @type {KeptCall} */
  const kept = { topic: place.topic, name: place.name, path: place.path, on, at: now };
  try {
    tab.setItem(keyOf(live.person), JSON.stringify(kept));
  } catch {
    // Full, or switched off: coming back then takes a press more.
  }
}

/** @param {globalThis.Storage} tab @param {string} person */
export function forget(tab, person) {
  tab.removeItem(keyOf(person));
}

/** The call that this person was in a moment ago. @param {globalThis.Storage} tab @param {string} person @param {number} now
 * @returns {KeptCall | null} */
export function kept(tab, person, now) {
  try {
    const found = JSON.parse(tab.getItem(keyOf(person)) ?? "null");
    return found && now - found.at < COMES_BACK_MS ? found : null;
  } catch {
    return null;
  }
}
