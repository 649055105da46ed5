import { html, nothing } from "lit";
import { ref } from "lit/directives/ref.js";
import { _ } from "fairmatch/i18n";
import { icon } from "fairmatch/kit/icon";

/**
 * Captions that somebody types: the latest few lines, for a while, for those who have switched them on.
 *
 * Events: "change".
 *
 * @typedef {import("../live/types-call.js").Caption} Caption
 */

/** Lines that are shown, for how long, in ms, and how long one may be. */
export const LINES_MOST = 3;
export const STANDS_MS = 12_000;
const LONG_MOST = 200;

export class Captions extends EventTarget {
  isShown = false;
  isWriting = false;
  /** @type {(Caption & { until: number })[]} */
  lines = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {(text: string) => Promise<boolean>} send @param {() => number} [now] */
  constructor(send, now = Date.now) {
    super();
    this.send = send;
    this.now = now;
  }

  /** Show them, or no longer. */
  toggle() {
    this.isShown = !this.isShown;
    if (!this.isShown) this.isWriting = false;
    this.#changed();
  }

  write() {
    this.isWriting = !this.isWriting;
    this.#changed();
  }

  /** Somebody has written a line. @param {Caption} line */
  take(line) {
    this.lines = [...this.lines, { ...line, until: this.now() + STANDS_MS }].slice(-LINES_MOST);
    this.#later();
    this.#changed();
  }

  /** Lines that have been read go. */
  tick() {
    this.lines = this.lines.filter(({ until }) => this.now() < until);
    if (this.lines.length > 0) this.#later();
    this.#changed();
  }

  end() {
    clearTimeout(this.#timer);
  }

  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.tick(), Math.max(this.lines[0].until - this.now(), 0) + 50);
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

/** @param {import("./call.js").Call} call */
export function captionsView(call) {
  const { captions } = call;
  if (!captions.isShown) return nothing;
  const mayWrite = call.may("microphone") || call.moderates;
  return html`<div class="call-captions" aria-live="off" role="region" aria-label=${_("Captions")}>
    <div class="call-lines"><div>${captions.lines.length > 0 ? captions.lines.map(({ person, text }) => html`<p><strong><bdi>${call.card(person).name}</bdi></strong> <bdi>${text}</bdi></p>`)
      : html`<p class="muted">${_("What somebody types along stands here.")}</p>`}</div></div>
    ${captions.isWriting ? writingView(captions) : mayWrite ? html`<p><button type="button" class="link-button" data-does="write-captions" @click=${() => captions.write()}>${_("Type captions")}</button></p>` : nothing}
  </div>`;
}

/** @param {Captions} captions */
function writingView(captions) {
  const submit = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const field = /** @type {HTMLFormElement} */ (event.currentTarget).querySelector("input");
    if (!field?.value.trim()) return;
    const text = field.value;
    field.value = "";
    // What did not get through is given back, unless the next line has been begun.
    if (!(await captions.send(text)) && !field.value) field.value = text;
  };
  const leave = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    captions.write();
  };
  return html`<form class="call-writing" @submit=${submit} @keydown=${leave}><label class="visually-hidden" for="call-caption">${_("Type captions")}</label>
    <div class="field-box"><input class="input" id="call-caption" maxlength=${LONG_MOST} autocomplete="off" ${ref(begun)}></div>
    <button class="button button-plain button-icon" title=${_("Show this line")} aria-label=${_("Show this line")}>${icon("send")}</button>
    <button type="button" class="button button-plain button-icon" title=${_("Stop typing captions")} aria-label=${_("Stop typing captions")} @click=${() => captions.write()}>${icon("x")}</button></form>`;
}

/** Whoever wants to type begins at once: the line is not on the page yet when it is made. @param {Element | undefined} line */
function begun(line) {
  if (line instanceof HTMLElement) queueMicrotask(() => line.focus());
}
