import { html, nothing, render } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { _ } from "fairmatch/i18n";
import { layout } from "fairmatch/chat/layout";
import { drawn } from "fairmatch/chat/row";
import { Span } from "fairmatch/chat/span";

/**
 * The scrolling list of a conversation: it stays at its end while one reads the end, and otherwise where one reads;
 * keeps few rows in the document, however many are loaded; and is walked through with the arrow keys.
 *
 * @typedef {import("../live/timeline.js").Row} Row
 * @typedef {import("./row.js").View} View
 * @typedef {object} Contents
 * @property {Row[]} rows
 * @property {string | null} newKey  of the row that is the first new one
 * @property {boolean} more  the server has older messages
 * @property {boolean} fetching
 * @property {boolean} ready  false: nothing is known yet
 * @typedef {object} Listener
 * @property {() => void} moved  one reads elsewhere: at the end, or not any more; or it was opened or closed
 * @property {() => void} older  the oldest loaded row is near
 * @property {() => void} leave  the keyboard leaves the list
 */

/** This close to the end counts as reading the end, in CSS pixels. */
const NEAR_END = 48;
/** This close to either edge, more rows are brought. */
const NEAR_EDGE = 800;

export class Log {
  /** Whether one reads the end. */
  following = true;

  #span = new Span();
  /** @type {Contents} */
  #contents = { rows: [], newKey: null, more: false, fetching: false, ready: false };
  /** @type {string[]} */
  #keys = [];
  #watch = new ResizeObserver(() => this.look());
  #wasShown = false;

  /** @param {HTMLElement} place @param {View} view @param {Listener} listener */
  constructor(place, view, listener) {
    this.place = place;
    this.view = view;
    this.listener = listener;
    this.empty = place.querySelector(".chat-empty")?.textContent ?? _("Nobody has written here yet.");
    place.replaceChildren();
    place.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    place.addEventListener("keydown", (event) => this.#walk(event));
    place.addEventListener("focusin", (event) => this.#activate(event));
    place.addEventListener("click", (event) => this.#tapped(event));
    place.addEventListener("pointerover", (event) => this.#activate(event));
    place.addEventListener("pointerleave", () => this.#deactivate());
    this.#watch.observe(place);
    this.#wasShown = this.isShown;
  }

  /** Whether one can see it: not in a sheet, or in a part of the page, that is closed. */
  get isShown() {
    return this.place.checkVisibility?.() ?? true;
  }

  /** It may have been opened or closed. */
  look() {
    this.#stay();
    if (this.isShown === this.#wasShown) return;
    this.#wasShown = this.isShown;
    this.listener.moved();
  }

  /** No longer in the document. */
  close() {
    this.#watch.disconnect();
  }

  /** @param {Contents} contents */
  show(contents) {
    this.#contents = contents;
    this.#keys = contents.rows.map(({ key }) => key);
    if (!this.following) this.#span.hold(this.#keys);
    else if (this.#hasFocus) this.#span.keep(this.#keys);
    else this.#span.rest();
    this.#draw();
  }

  /** Go to the newest. */
  toEnd() {
    this.following = true;
    this.#span.rest();
    this.#draw();
    this.listener.moved();
  }

  /** Go to the line above what is new, when it is further up than one sees. @returns {boolean} whether it is */
  toNew() {
    const line = this.place.querySelector(".new-line");
    if (!line || topOf(line) >= topOf(this.place)) return false;
    this.place.scrollTop += topOf(line) - topOf(this.place) - NEAR_END;
    this.#scrolled();
    return true;
  }

  /** Where one reads, to go back to: the first row that one sees, and how far below the edge it begins; null: the end.
   * @returns {{ key: string, below: number } | null} */
  get reads() {
    const anchor = this.following ? null : this.#anchor();
    const key = /** @type {HTMLElement | undefined} */ (anchor?.element)?.dataset.key;
    return anchor && key ? { key, below: anchor.top - topOf(this.place) } : null;
  }

  /** Go back to where one read, see `reads`. @param {{ key: string, below: number }} where @returns {boolean} whether that
   * is loaded, and can be seen */
  backTo({ key, below }) {
    if (!this.isShown || !this.#keys.includes(key)) return false;
    this.following = false;
    this.#span.around(this.#keys, key);
    this.#draw();
    const row = this.#element(key);
    if (row) this.place.scrollTop += topOf(row) - topOf(this.place) - below;
    this.#scrolled();
    return true;
  }

  /** Put the focus on a row. @param {string} key */
  focus(key) {
    this.#span.around(this.#keys, key);
    this.view.entry = key;
    this.#draw();
    const row = this.#element(key);
    (/** @type {HTMLElement | null} */ (row?.querySelector("textarea")) ?? row)?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: "nearest" });
  }

  /** @param {boolean} [stays]  at the end, where one reads that. What only shows otherwise scrolls nothing: browsers say
   * over which row a wheel has brought the pointer before they say that it has scrolled. */
  #draw(stays = this.following) {
    const { rows, newKey } = this.#contents;
    const { start, end } = this.#span.range(this.#keys);
    if (!this.#keys.includes(this.view.entry ?? "")) this.view.entry = this.#keys[this.#keys.length - 1] ?? null;
    const items = layout(rows.slice(start, end), { zone: this.view.zone, newKey }, rows[start - 1] ?? null);
    const anchor = stays ? null : this.#anchor();
    const focused = this.#hasFocus ? rowOf(document.activeElement)?.dataset.key : undefined;
    render(this.#template(items), this.place);
    if (focused && !this.#hasFocus) this.#element(focused)?.focus({ preventScroll: true }); // what had it went away
    if (anchor) this.place.scrollTop += topOf(anchor.element) - anchor.top;
    else this.#stay();
    this.#watch.observe(/** @type {Element} */ (this.place.querySelector(".messages")));
    if (this.isShown && this.place.scrollHeight <= this.place.clientHeight) this.#back();
  }

  /** @param {import("./layout.js").Item[]} items */
  #template(items) {
    const { more, fetching, ready } = this.#contents;
    return html`${more || fetching ? html`<p class="chat-earlier" aria-hidden="true">${fetching ? _("Loading earlier messages") : nothing}</p>` : nothing}
      ${ready && items.length === 0 ? html`<p class="chat-empty">${this.empty}</p>` : nothing}
      <ol class="messages" aria-label=${_("Messages")}>${repeat(items, ({ key }) => key, (item) => drawn(item, this.view))}</ol>`;
  }

  /** The first row that one sees, and where. */
  #anchor() {
    const edge = topOf(this.place);
    for (const element of this.place.querySelectorAll(".message")) {
      const { top, bottom } = element.getBoundingClientRect();
      if (bottom > edge) return { element, top };
    }
    return null;
  }

  /** Stay at the end, while one reads the end. */
  #stay() {
    if (this.following) this.place.scrollTop = this.place.scrollHeight;
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.place;
    const below = scrollHeight - scrollTop - clientHeight;
    const wasFollowing = this.following;
    this.following = below < NEAR_END && this.#span.atEnd;
    if (scrollTop < NEAR_EDGE) this.#back();
    else if (below < NEAR_EDGE && !this.#span.atEnd) this.#move(() => this.#span.forth(this.#keys));
    if (this.following !== wasFollowing) this.listener.moved();
  }

  #back() {
    if (this.#span.hasMoreAbove && !this.following) this.#move(() => this.#span.back(this.#keys));
    else if (!this.#span.hasMoreAbove && this.#contents.more && !this.#contents.fetching) this.listener.older();
  }

  /** @param {() => void} change */
  #move(change) {
    change();
    this.#draw();
  }

  /** Arrow keys go from message to message, Home and End to the first and the last. @param {KeyboardEvent} event */
  #walk(event) {
    const row = rowOf(event.target);
    if (!row || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape") this.#leave(event, row);
    if (event.target !== row && event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    const at = this.#keys.indexOf(row.dataset.key ?? "");
    const last = this.#keys.length - 1;
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    if (to < 0) this.#back();
    else if (to > last) this.listener.leave();
    else this.focus(this.#keys[to]);
  }

  /** @param {KeyboardEvent} event @param {HTMLElement} row */
  #leave(event, row) {
    event.preventDefault();
    if (event.target === row) this.listener.leave();
    else row.focus();
  }

  /** @param {Event} event */
  #activate(event) {
    const key = rowOf(event.target)?.dataset.key;
    if (!key) return;
    const entry = event.type === "focusin" ? key : this.view.entry;
    if (key === this.view.active && entry === this.view.entry) return;
    this.view.active = key;
    this.view.entry = entry;
    this.#draw(false);
  }

  /** A telephone's Safari gives the focus, and with it the tools, only to what listens to taps. @param {Event} event */
  #tapped({ target }) {
    const row = rowOf(target);
    if (!row || row.contains(document.activeElement) || /** @type {Element} */ (target).closest("a, button, textarea")) return;
    row.focus({ preventScroll: true });
  }

  #deactivate() {
    const focused = rowOf(document.activeElement)?.dataset.key ?? null;
    if (this.view.active === focused) return;
    this.view.active = focused;
    this.#draw(false);
  }

  get #hasFocus() {
    return this.place.contains(document.activeElement) && document.activeElement !== this.place;
  }

  /** @param {string} key @returns {HTMLElement | null} */
  #element(key) {
    return this.place.querySelector(`[data-key="${CSS.escape(key)}"]`);
  }
}

/** @param {EventTarget | null} target @returns {HTMLElement | null} */
function rowOf(target) {
  return target instanceof Element ? target.closest(".message") : null;
}

/** @param {Element} element */
function topOf(element) {
  return element.getBoundingClientRect().top;
}
