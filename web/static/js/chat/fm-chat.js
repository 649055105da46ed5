import { session } from "fairmatch/live/start";
import { Conversation } from "fairmatch/chat/conversation";

/**
 * <fm-chat>: a conversation. The server's rows and form are there before; this makes them live. What it shows lives in
 * the channel's store, so leaving the page and coming back, or losing the line, changes nothing that one sees.
 */
class FmChat extends HTMLElement {
  /** @type {Conversation | null} */
  #conversation = null;
  #release = () => {};

  connectedCallback() {
    const live = session();
    const brought = this.querySelector("script[data-chat]")?.textContent;
    if (!live || !brought) return;
    const state = JSON.parse(brought);
    const { store, release } = live.channel(state.channel, state.me);
    store.seed(state);
    this.#release = release;
    this.#conversation = new Conversation(this, state, live, store);
  }

  disconnectedCallback() {
    this.#conversation?.close();
    this.#conversation = null;
    this.#release();
  }
}

customElements.define("fm-chat", FmChat);
