/**
 * Who is in a room now. Being subscribed to a room is being there.
 *
 * Events: "change"; "revoked" when one has no part in it any more, with why as detail: "gone" where that came while the
 * line was away.
 *
 * @typedef {import("./topics.js").Store} Store
 * @typedef {import("./types.js").Person} Person
 * @typedef {{ count: number, people: Person[] }} Snapshot
 */

/** People of one page of the roster. */
const PAGE = 100;

/** In a crowd one asks which of one's contacts are there: at first within so many ms, so that not all ask at once; then,
 * while people come and go, every so many. */
const CONTACTS_FIRST_MS = 3_000;
const CONTACTS_EVERY_MS = 30_000;

/** @implements {Store} */
export class Room extends EventTarget {
  count = 0;
  /** @type {Person[]} in the order in which they came; in large rooms only the first, and those who keep order or speak */
  people = [];
  /** Version of the last state; they are dense, so a hole means that joins or leaves were missed.
   * @type {number | null} */
  #version = null;
  /** Where the next page of the roster begins. @type {string | null} */
  #next = null;
  /** Those of one's contacts who were there when last asked: in a crowd nobody tells of them. @type {Person[]} */
  #contacts = [];
  #isDue = false;
  #wasIn = false;
  #askedAt = -Infinity;

  /** @param {string} topic @param {import("./line.js").Line} line */
  constructor(topic, line) {
    super();
    this.topic = topic;
    this.line = line;
  }

  /** What the page brought along. @param {Snapshot} snapshot */
  seed(snapshot) {
    if (this.people.length === 0) this.#replace(snapshot);
  }

  /** Load more of the people of a large room. Rejects with LiveError. */
  async more() {
    const page = await this.line.request("room.roster", { room: this.topic, after: this.#next, limit: PAGE });
    this.#next = page.next;
    this.people = joined(this.#next === null && page.people.length >= this.count ? [] : this.people, page.people);
    this.dispatchEvent(new Event("change"));
  }

  /** Everybody who can be named: one's contacts stand in front of strangers. @returns {Person[]} */
  get named() {
    if (this.people.length >= this.count) return this.people;
    const first = this.people.filter(({ role }) => role !== "attendee" && role !== "exhibitor");
    return joined(first, [...this.#contacts, ...this.people]);
  }

  position() {
    return null;
  }

  /** @param {any} state */
  recover(state) {
    this.#wasIn = true;
    this.#version = null;
    if (state.snapshot) this.#replace(state.snapshot);
  }

  /** @param {any} event */
  receive(event) {
    if (event.k !== "presence") return;
    const whole = event.d.people;
    if (!whole && this.#version !== null && event.v > this.#version + 1) return this.line.rejoin(this.topic);
    if (this.#version !== null && event.v <= this.#version) return;
    this.#version = event.v;
    if (whole) this.#replace(event.d);
    else this.#move(event.d);
  }

  /** @param {{ code: string, why?: string }} refusal */
  refuse({ code, why = "" }) {
    this.#contacts = [];
    this.#replace({ count: 0, people: [] });
    this.dispatchEvent(new CustomEvent("revoked", { detail: why || (code === "not_found" && this.#wasIn ? "gone" : "") }));
  }

  /** @param {Snapshot} snapshot */
  #replace({ count, people }) {
    this.count = count;
    this.people = people;
    this.#next = null;
    this.dispatchEvent(new Event("change"));
    this.#look();
  }

  /** @param {{ count: number, joined?: Person[], left?: string[] }} change */
  #move({ count, joined: came = [], left = [] }) {
    const gone = new Set(left);
    this.count = count;
    this.people = joined(this.people.filter(({ id }) => !gone.has(id)), came);
    this.#contacts = this.#contacts.filter(({ id }) => !gone.has(id));
    this.dispatchEvent(new Event("change"));
    this.#look();
  }

  /** Where not everybody is named, ask for one's contacts: soon, and not again for a while. */
  #look() {
    if (this.people.length >= this.count) this.#contacts = [];
    else if (!this.#isDue) {
      this.#isDue = true;
      const rest = this.#askedAt + CONTACTS_EVERY_MS - this.line.ground.now();
      this.line.ground.after(Math.max(rest, 0) + CONTACTS_FIRST_MS * this.line.ground.random(), () => void this.#ask());
    }
  }

  async #ask() {
    this.#isDue = false;
    const isHere = this.line.topics.store(this.topic) === this && this.line.state === "live";
    if (!isHere || this.people.length >= this.count) return;
    this.#askedAt = this.line.ground.now();
    try {
      this.#contacts = (await this.line.request("room.contacts", { room: this.topic })).people;
      this.dispatchEvent(new Event("change"));
    } catch {
      // It is asked again when somebody comes or goes.
    }
  }
}

/** @param {Person[]} before @param {Person[]} more @returns {Person[]} each once, by who came first */
function joined(before, more) {
  return [...new Map([...before, ...more].map((person) => [person.id, person])).values()];
}
