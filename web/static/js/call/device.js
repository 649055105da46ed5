/** This tab's name in calls: who comes back with it is the same participant.
 * @param {globalThis.Storage} tab @param {string} person  whose it is: others' are forgotten with whatever was theirs */
export function deviceOf(tab, person) {
  const key = deviceKey(person);
  const known = tab.getItem(key);
  if (known) return known;
  const made = newDevice();
  tab.setItem(key, made);
  return made;
}

/** A name that nobody has. */
export function newDevice() {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Have this tab be another participant from now on. @param {globalThis.Storage} tab @param {string} person */
export function forgetDevice(tab, person) {
  tab.removeItem(deviceKey(person));
}

/** @param {string} person */
const deviceKey = (person) => `fairmatch:call:${person}:device`;
