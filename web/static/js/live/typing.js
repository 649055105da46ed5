/**
 * Who is typing in a channel, and saying that I am.
 *
 * @typedef {import("./ground.js").Ground} Ground
 */

/** Somebody who did not say it again for so long stopped typing, in ms. */
const EXPIRES_MS = 5_000;
/** How often it is said, in ms; the server allows no more. */
const EVERY_MS = 3_000;

export class Typing {
  /** @type {Map<string, { name: string, expire: () => void }>} */
  #people = new Map();
  #said = -Infinity;

  /** @param {Ground} ground @param {() => void} changed @param {() => void} say */
  constructor(ground, changed, say) {
    this.ground = ground;
    this.changed = changed;
    this.say = say;
  }

  /** Names of those who type, first come first. */
  get names() {
    return [...this.#people.values()].map(({ name }) => name);
  }

  /** @param {{ person: string, name: string }} who */
  heard({ person, name }) {
    this.#people.get(person)?.expire();
    this.#people.set(person, { name, expire: this.ground.after(EXPIRES_MS, () => this.stopped(person)) });
    this.changed();
  }

  /** What somebody typed has arrived, or they gave up. @param {string} person */
  stopped(person) {
    this.#people.get(person)?.expire();
    if (this.#people.delete(person)) this.changed();
  }

  /** I typed something just now. */
  typed() {
    const now = this.ground.now();
    if (now - this.#said < EVERY_MS) return;
    this.#said = now;
    this.say();
  }

  /** What I typed went out: the next letter may be told at once. */
  done() {
    this.#said = -Infinity;
  }
}
