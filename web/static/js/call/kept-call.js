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
 * @property {boolean} isCut  whether the page went away just then
 */

import { forgetDevice } from "fairmatch/call/device";

/** @param {string} person */
const keyOf = (person) => `fairmatch:call:${person}:kept`;
/** For so long somebody who loads a page comes back by themselves, in ms: later they may have something else in mind. */
export const COMES_BACK_MS = 60_000;
/** A call that was written down so recently, in ms, by a page that did not go away is another tab's, of which this one
 * is a copy: browsers copy what a tab keeps along with it. */
export const LIVES_MS = 10_000;

/** @param {globalThis.Storage} tab @param {Call} call @param {number} now @param {boolean} [isCut] */
export function keep(tab, call, now, isCut = false) {
  const { place, media, live } = call;
  const on = { microphone: media.isOn("microphone"), camera: media.isOn("camera") };
  /** @type {KeptCall} */
  const kept = { topic: place.topic, name: place.name, path: place.path, on, at: now, isCut };
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

/** The call that this person was in a moment ago; a copy of a tab is nobody's, and another participant. @param {globalThis.Storage} tab @param {string} person @param {number} now
 * @returns {KeptCall | null} */
export function kept(tab, person, now) {
  try {
    /** @type {KeptCall | null} */
    const found = JSON.parse(tab.getItem(keyOf(person)) ?? "null");
    if (!found || now - found.at >= COMES_BACK_MS) return null;
    if (found.isCut || now - found.at >= LIVES_MS) return found;
    forget(tab, person);
    forgetDevice(tab, person);
    return null;
  } catch {
    return null;
  }
}
