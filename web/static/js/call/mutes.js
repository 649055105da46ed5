/**
 * Which of one's sources are silent, in a call through the media node: others see it, and a moderator may have done it.
 *
 * @typedef {import("./media.js").Source} Source
 * @typedef {object} Ways
 * @property {() => { source: Source, muted: boolean }[]} tracks  mine, as the node tells of them
 * @property {(source: Source) => boolean} isSilent  whether nothing of it goes out here
 * @property {() => Source[]} silencedNow  what a moderator has muted of mine, as the node tells
 * @property {(source: Source, muted: boolean) => Promise<unknown>} tell  the node
 * @property {(source: Source) => void} silenced  a moderator did it
 */

/** After an answer the state that shows it may still be on its way, in ms: then it is told once more, which is harmless. */
const SETTLED_MS = 1_500;

export class Mutes {
  /** What the node was told a moment ago, and may not show yet. @type {Map<Source, { muted: boolean }>} */
  #told = new Map();
  #telling = Promise.resolve();

  /** @param {Ways} ways @param {(action: () => void) => unknown} [afterAWhile] */
  constructor(ways, afterAWhile = (action) => setTimeout(action, SETTLED_MS)) {
    this.ways = ways;
    this.afterAWhile = afterAWhile;
  }

  /** Let the node know which of one's sources are silent, so that others see it. @param {boolean} mineToSay  whether
   * one changed it oneself; otherwise, what a moderator has silenced is silent here, too. */
  tell(mineToSay) {
    for (const { source, muted } of this.ways.tracks()) {
      const told = this.#told.get(source);
      const isMuted = this.ways.isSilent(source);
      if (isMuted === (told?.muted ?? muted)) continue;
      if (isMuted || mineToSay || told || !this.ways.silencedNow().includes(source)) this.#mute(source, isMuted);
      else this.#hush(source);
    }
  }

  /** A moderator did it, and it is silent here as well: the node is told that, or whom they let again would seem to send
   * something before anything is turned on. @param {Source} source */
  #hush(source) {
    this.ways.silenced(source);
    if (this.ways.isSilent(source)) this.#mute(source, true);
  }

  /** One after the other: who changes their mind at once is not heard in the wrong order. What was not heard is told once
   * more, unless a moderator's word stands against it.
   * @param {Source} source @param {boolean} muted */
  #mute(source, muted) {
    const word = { muted };
    this.#told.set(source, word);
    const settle = () => {
      if (this.#told.get(source) !== word) return;
      this.#told.delete(source);
      this.tell(false);
    };
    this.#telling = this.#telling
      .then(() => this.ways.tell(source, muted))
      .catch((error) => void (!muted && error.code === "forbidden" && this.ways.silenced(source)))
      .then(() => void this.afterAWhile(settle));
  }
}
