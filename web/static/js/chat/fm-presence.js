import { html, nothing, render } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { visit } from "@hotwired/turbo";
import { _, ngettext } from "fairmatch/i18n";
import { avatar } from "fairmatch/kit/avatar";
import { toast } from "fairmatch/kit/toast";
import { session } from "fairmatch/live/start";

/**
 * <fm-presence>: who is here. While it is in the document, so is one's own presence in the room.
 *
 * @typedef {import("../live/room.js").Room} Room
 * @typedef {import("../live/types.js").Person} Person
 */
class FmPresence extends HTMLElement {
  #leaving = new AbortController();
  #release = () => {};
  #isDrawn = false;

  connectedCallback() {
    const live = session();
    const topic = this.getAttribute("room");
    if (!live || !topic) return;
    const { store, release } = live.room(topic);
    this.#release = release;
    this.#leaving = new AbortController();
    store.seed(JSON.parse(this.querySelector("script[data-presence]")?.textContent || '{"count":0,"people":[]}'));
    store.addEventListener("change", () => this.#draw(store), { signal: this.#leaving.signal });
    store.addEventListener("revoked", (event) => this.#shutOut(/** @type {CustomEvent} */ (event).detail), { signal: this.#leaving.signal });
    // What the server wrote goes once: lit does not find what it drew itself when that was taken away.
    if (!this.#isDrawn) for (const place of this.querySelectorAll(".presence-people, .presence-more")) place.replaceChildren();
    this.#isDrawn = true;
    this.#draw(store);
  }

  disconnectedCallback() {
    this.#leaving.abort();
    this.#release();
  }

  /** Whoever is excluded from the fair reads so, and why, on the fair's own page; also who was away meanwhile. @param {string} why */
  #shutOut(why) {
    const fair = this.getAttribute("fair");
    if (["banned", "gone"].includes(why) && fair) visit(fair, { action: "replace" });
  }

  /** @param {Room} room */
  #draw(room) {
    const count = this.querySelector("[data-presence-count]");
    if (count) count.textContent = String(room.count);
    const words = ngettext("%(num)s here", "%(num)s here", room.count);
    for (const place of document.querySelectorAll(`[data-here="${CSS.escape(room.topic)}"]`)) place.textContent = words;
    const list = this.querySelector(".presence-people");
    if (list instanceof HTMLElement) render(repeat(room.named, ({ id }) => id, person), list);
    const place = this.querySelector(".presence-more");
    if (place instanceof HTMLElement) this.#drawMore(place, room);
  }

  /** @param {HTMLElement} place @param {Room} room */
  #drawMore(place, room) {
    const hidden = room.count - room.named.length;
    place.hidden = hidden <= 0;
    render(hidden > 0 ? html`<button type="button" class="link-button" @click=${() => this.#more(room)}>${
      ngettext("Show %(num)s more", "Show %(num)s more", hidden)}</button>` : nothing, place);
  }

  /** @param {Room} room */
  #more(room) {
    room.more().catch(() => toast(_("The list could not be loaded. Try again in a moment."), { error: true }));
  }
}

/** @param {Person} person */
function person({ id, name, photo, organisation, role }) {
  return html`<li data-person=${id} data-role=${role}><a href="/people/${id}">${avatar({ id, name, photo: photo ?? "", size: "small" })}
    <span><bdi>${name}</bdi>${organisation ? html` <small>${organisation}</small>` : nothing}</span></a></li>`;
}

customElements.define("fm-presence", FmPresence);
