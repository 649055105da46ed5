/**
 * What is unread, in all channels: the private topic of the person says so whenever it changes.
 *
 * Events: "change".
 *
 * @typedef {import("./topics.js").Store} Store
 * @typedef {import("./types.js").UnreadChannel} UnreadChannel
 */

/** @implements {Store} */
export class Unread extends EventTarget {
  /** Unread direct messages and calls of one's name; null: only the page knows. @type {number | null} */
  total = null;
  /** @type {Map<string, UnreadChannel>} by topic; those that are not here have nothing unread */
  channels = new Map();
  #version = -1;

  /** @param {import("./line.js").Line} line */
  constructor(line) {
    super();
    this.line = line;
    line.addEventListener("live", () => void this.#ask());
  }

  /**
   * How many direct messages and calls wait, as the navigation says it; null: only the page knows.
   * @param {(topic: string) => boolean} isRead  whether one is reading a channel this moment: the server hears of that
   *   a little later, and meanwhile nothing should flash
   */
  waiting(isRead) {
    if (this.total === null) return null;
    const beingRead = [...this.channels.values()].filter(({ channel }) => isRead(channel));
    return beingRead.reduce((left, { kind, unread, mentions }) => left - (kind === "direct" ? unread : mentions), this.total);
  }

  position() {
    return null;
  }

  /** @param {any} state */
  recover(state) {
    if (state.snapshot?.unread) this.#set(state.snapshot.unread);
  }

  refuse() {}

  /** @param {any} event */
  receive(event) {
    if (event.k !== "unread" || event.v <= this.#version) return;
    this.#version = event.v;
    this.#set(event.d);
  }

  /** Changes of the hours away are not told afterwards, so ask; what is told meanwhile is newer. */
  async #ask() {
    this.#version = -1;
    const answer = await this.line.request("chat.unread", {}).catch(() => null);
    if (answer && this.#version === -1) this.#set(answer);
  }

  /** @param {{ total: number, channels: UnreadChannel[] }} state */
  #set({ total, channels }) {
    this.total = total;
    this.channels = new Map(channels.map((channel) => [channel.channel, channel]));
    this.dispatchEvent(new Event("change"));
  }
}
