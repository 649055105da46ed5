/**
 * Which topics this tab listens to, counted by how many islands want them, and what holds their contents.
 *
 * @typedef {import("./rules.js").Position} Position
 * @typedef {import("./errors.js").LiveError} LiveError
 * @typedef {object} Store  what a topic's contents live in; one per topic
 * @property {() => Position | null} position  where it stands; null: it has nothing yet
 * @property {(state: any) => void} recover  a ChannelState that is ok: what was missed, or a snapshot
 * @property {(event: any) => void} receive  one event
 * @property {(refusal: { code: string, [field: string]: any }) => void} refuse  the topic is not ours (any more)
 * @property {() => void} [end]  nobody wants it any more, and another one is made for whoever comes later
 * @typedef {{ store: Store, wanted: number, refused: boolean, leaving: () => void }} Joined
 */

/** How long a topic stays joined when no island wants it any more, in ms: page visits take less than this. */
export const GRACE_MS = 8_000;

export class Topics {
  /** @type {Map<string, Joined>} */
  #joined = new Map();

  /**
   * @param {import("./ground.js").Ground} ground
   * @param {(topic: string) => void} left  called when nobody came back for a topic
   */
  constructor(ground, left) {
    this.ground = ground;
    this.left = left;
  }

  /**
   * Want a topic; `make` makes its store when there is none. Call what it returns once when you don't want it any more.
   * @template {Store} S
   * @param {string} topic
   * @param {() => S} make
   * @param {number} grace  ms
   * @returns {{ store: S, isNew: boolean, release: () => void }}
   */
  join(topic, make, grace = GRACE_MS) {
    const before = this.#joined.get(topic);
    // What was refused and left is forgotten: who comes back with a new page may be let in again.
    const known = before?.refused && before.wanted === 0 ? undefined : before;
    if (before && !known) {
      before.leaving();
      before.store.end?.();
    }
    const joined = known ?? { store: make(), wanted: 0, refused: false, leaving: () => {} };
    joined.leaving();
    joined.leaving = () => {};
    joined.wanted += 1;
    this.#joined.set(topic, joined);
    let held = true;
    const release = () => {
      if (held) this.#release(topic, joined, grace);
      held = false;
    };
    return { store: /** @type {S} */ (joined.store), isNew: !known, release };
  }

  /** @param {string} topic @returns {Store | undefined} */
  store(topic) {
    return this.#joined.get(topic)?.store;
  }

  /** Everything that is joined. @returns {Store[]} */
  stores() {
    return [...this.#joined.values()].map(({ store }) => store);
  }

  /** The topics to ask the server for, with the position held in each. The private topic comes by itself. */
  wanted() {
    /** @type {Record<string, Position | null>} */
    const channels = {};
    for (const [topic, { store, refused }] of this.#joined)
      if (!refused && !topic.startsWith("person:")) channels[topic] = store.position();
    return channels;
  }

  /** @param {string} topic @param {{ code: string, why?: string }} why */
  refuse(topic, why) {
    const joined = this.#joined.get(topic);
    if (!joined) return;
    joined.refused = true;
    joined.store.refuse(why);
  }

  /** It is ours again. @param {string} topic @returns {boolean} whether it was refused, and is still wanted */
  restore(topic) {
    const joined = this.#joined.get(topic);
    if (!joined?.refused || joined.wanted === 0) return false;
    joined.refused = false;
    return true;
  }

  /** @param {string} topic @param {Joined} joined @param {number} grace */
  #release(topic, joined, grace) {
    joined.wanted -= 1;
    if (joined.wanted > 0) return;
    joined.leaving = this.ground.after(grace, () => {
      if (this.#joined.get(topic) !== joined) return;
      this.#joined.delete(topic);
      joined.store.end?.();
      if (!joined.refused) this.left(topic);
    });
  }
}
