/**
 * What the browser keeps for one person: unsent changes and drafts. Everything of it goes when they sign out here,
 * or when somebody else signs in. One key per item, so that two tabs never overwrite each other's.
 *
 * @typedef {import("./outbox.js").Entry} Entry
 * @typedef {Pick<globalThis.Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">} Storage
 */

const ROOT = "fairmatch:";
/** What belongs to the machine rather than to a person is named like this, and stays when somebody signs out. */
export const OF_THE_BROWSER = `${ROOT}browser:`;

/** A storage that may be full, switched off, or not ours: then it keeps nothing, and nothing else breaks. */
export class Kept {
  /**
   * @param {Storage} storage
   * @param {"outbox" | "draft"} kind
   * @param {string} person  id
   */
  constructor(storage, kind, person) {
    this.storage = storage;
    this.prefix = `${ROOT}${kind}:${person}:`;
  }

  /** @param {string} name @returns {any} null when there is none */
  read(name) {
    try {
      return JSON.parse(this.storage.getItem(this.prefix + name) ?? "null");
    } catch {
      return null;
    }
  }

  /** @param {string} name @param {any} value  plain JSON */
  write(name, value) {
    try {
      this.storage.setItem(this.prefix + name, JSON.stringify(value));
    } catch {
      // Full, or private mode: it lives on in memory.
    }
  }

  /** @param {string} name */
  remove(name) {
    try {
      this.storage.removeItem(this.prefix + name);
    } catch {
      // As above.
    }
  }

  /** Everything of this kind, in the order of `at`. @returns {any[]} */
  all() {
    const names = keysOf(this.storage).filter((key) => key.startsWith(this.prefix));
    const items = names.map((key) => this.read(key.slice(this.prefix.length))).filter(Boolean);
    return items.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  }
}

/**
 * Forget what was kept for everybody but one person.
 * @param {Storage} storage
 * @param {string} person  id; "" forgets everybody's
 */
export function forgetOthers(storage, person) {
  const others = keysOf(storage).filter((key) => key.startsWith(ROOT) && !key.startsWith(OF_THE_BROWSER) && key.split(":")[2] !== person);
  for (const key of others) storage.removeItem(key);
}

/**
 * A storage of the browser, or where it is switched off one that lasts as long as the page.
 * @param {"localStorage" | "sessionStorage"} name
 * @returns {globalThis.Storage}
 */
export function storageOf(name) {
  try {
    return window[name];
  } catch {
    return (forgetful[name] ??= /** @type {any} */ (new Forgetful()));
  }
}

/** @type {Record<string, globalThis.Storage>} */
const forgetful = {};

class Forgetful {
  #items = new Map();

  get length() {
    return this.#items.size;
  }

  /** @param {number} index */
  key(index) {
    return [...this.#items.keys()][index] ?? null;
  }

  /** @param {string} key */
  getItem(key) {
    return this.#items.get(key) ?? null;
  }

  /** @param {string} key @param {string} value */
  setItem(key, value) {
    this.#items.set(key, value);
  }

  /** @param {string} key */
  removeItem(key) {
    this.#items.delete(key);
  }
}

/** @param {Storage} storage */
function keysOf(storage) {
  const keys = [];
  try {
    for (let index = 0; index < storage.length; index++) keys.push(storage.key(index) ?? "");
  } catch {
    return [];
  }
  return keys;
}
