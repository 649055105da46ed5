import { html, render } from "lit";
import { _ } from "fairmatch/i18n";

/** A row of emoji to choose from, above what opened it. One per conversation; it closes by Escape or a click beside. */

const EDGE = 8;

export class Picker {
  /** Where the focus goes afterwards: what opened it, or its row where the pointer has taken the tools away.
   * @type {(HTMLElement | null)[]} */
  #back = [];
  /** @type {(emoji: string) => void} */
  #choose = () => {};

  /** @param {HTMLElement} place  empty, in the conversation @param {string[]} emoji */
  constructor(place, emoji) {
    this.place = place;
    this.emoji = emoji;
    place.className = "reaction-picker";
    place.popover = "auto";
    place.setAttribute("role", "group");
    place.setAttribute("aria-label", _("Choose a reaction"));
    place.addEventListener("keydown", (event) => this.#walk(event));
    place.addEventListener("toggle", (event) => {
      if (/** @type {ToggleEvent} */ (event).newState === "closed") this.#back.find((element) => element?.isConnected)?.focus();
    });
  }

  /** @param {HTMLElement} opener @param {string[]} mine  emoji that are there already @param {(emoji: string) => void} choose */
  open(opener, mine, choose) {
    this.#back = [opener, opener.closest(".message")];
    this.#choose = choose;
    render(this.emoji.map((one) => this.#button(one, mine.includes(one))), this.place);
    this.place.showPopover();
    this.#put(opener.getBoundingClientRect());
    this.place.querySelector("button")?.focus();
  }

  /** @param {string} one @param {boolean} isMine */
  #button(one, isMine) {
    return html`<button type="button" class="reaction-choice" aria-pressed=${isMine} @click=${() => this.#chosen(one)}>${one}</button>`;
  }

  /** @param {string} emoji */
  #chosen(emoji) {
    this.place.hidePopover();
    this.#choose(emoji);
  }

  /** @param {DOMRect} from */
  #put(from) {
    const size = this.place.getBoundingClientRect();
    const above = from.top - size.height - EDGE;
    this.place.style.top = `${above >= EDGE ? above : from.bottom + EDGE}px`;
    this.place.style.left = `${Math.max(EDGE, Math.min(from.right - size.width, innerWidth - size.width - EDGE))}px`;
  }

  /** @param {KeyboardEvent} event */
  #walk(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const buttons = [...this.place.querySelectorAll("button")];
    const at = buttons.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
    buttons[(at + step + buttons.length) % buttons.length].focus();
  }
}
