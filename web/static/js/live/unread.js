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
