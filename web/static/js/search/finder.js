/**
 * What may be meant, while one types, and what can be done: a list below the search box, walked through without leaving
 * the box. It shows what the server rendered; without this script the box is a form as any other.
 */

import { visit } from "@hotwired/turbo";
import { onPage } from "fairmatch/kit/page";
import { toast } from "fairmatch/kit/toast";

/** Boxes that have been met: a page that Turbo brings back has the attributes of its box, and none of its listeners. */
const met = new WeakSet();
/** Commands that are shown beside what is found. */
const COMMANDS_MOST = 4;
/** Pause in typing after which the server is asked, in ms. */
const PAUSE_MS = 90;

class Finder {
  /** @type {AbortController | null} */
  #asking = null;
  #timer = 0;
  #at = -1;
  /** What was found for the words in the box, as the server rendered it. */
  #found = "";

  /** @param {HTMLInputElement} box @param {HTMLElement} list @param {string} from @param {HTMLElement[]} commands */
  constructor(box, list, from, commands) {
    this.box = box;
    this.list = list;
    this.from = from;
    this.commands = commands.map((option) => ({
      option, words: wordsOf(option.dataset.words ?? ""), fair: wordsOf(option.querySelector(".command-fair")?.textContent ?? ""),
    }));
    box.setAttribute("role", "combobox");
    box.setAttribute("aria-autocomplete", "list");
    box.setAttribute("aria-controls", list.id);
    box.setAttribute("aria-expanded", "false");
    box.addEventListener("input", () => this.#soon());
    box.addEventListener("focus", () => this.#offer());
    box.addEventListener("keydown", (event) => this.#key(event));
    box.addEventListener("blur", () => this.close());
    list.addEventListener("pointerdown", (event) => {
      event.preventDefault(); // the box keeps the focus
      this.#settle();
    });
    list.addEventListener("click", (event) => this.#go(event.target));
    if (document.activeElement === box) this.#offer();
  }

  get options() {
    return /** @type {HTMLElement[]} */ ([...this.list.querySelectorAll("[role=option]")]);
  }

  close() {
    this.#settle();
    this.#show("", []);
  }

  /** What can be done first, while nothing is typed yet. */
  #offer() {
    if (!this.box.value.trim()) this.#show("");
  }

  /** The commands that have all the words that were typed, or their beginnings. By its name alone a fair is looked for itself. */
  #meant() {
    const typed = wordsOf(this.box.value);
    if (!typed.length) return this.commands.filter(({ option }) => option.hasAttribute("data-first"));
    const begins = (/** @type {string[]} */ words, /** @type {string} */ begun) => words.some((word) => word.startsWith(begun));
    const fits = this.commands.filter(({ words, fair }) =>
      typed.some((begun) => begins(words, begun)) && typed.every((begun) => begins(words, begun) || begins(fair, begun)));
    return fits.slice(0, COMMANDS_MOST);
  }

  /** Ask no more: what somebody begins to choose from stays under their hand, however late an answer would come. */
  #settle() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
  }

  #soon() {
    clearTimeout(this.#timer);
    this.#show(this.box.value.trim() ? this.#found : "");
    this.#timer = window.setTimeout(() => void this.#ask(), PAUSE_MS);
  }

  async #ask() {
    const typed = this.box.value;
    this.#asking?.abort();
    if (!typed.trim()) return this.#show("");
    this.#asking = new AbortController();
    try {
      const address = `${this.from}?${new URLSearchParams({ q: typed })}`;
      const answer = await fetch(address, { signal: this.#asking.signal, headers: { accept: "text/html" } });
      if (answer.ok) this.#show(await answer.text());
    } catch (error) {
      if (!(error instanceof DOMException && error.name === "AbortError")) this.#show("");
    }
  }

  /** Commands stand first: they are there at once, and what is found joins them without moving them.
   * @param {string} html  rendered and escaped by our own server @param {{ option: HTMLElement }[]} meant */
  #show(html, meant = this.#meant()) {
    this.#found = html;
    this.list.innerHTML = html;
    this.list.prepend(...meant.map(({ option }) => option));
    const open = this.options.length > 0 && document.activeElement === this.box;
    this.list.hidden = !open;
    this.box.setAttribute("aria-expanded", String(open));
    this.#point(-1);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.isComposing) return;
    if (this.list.hidden) return event.key === "ArrowDown" ? this.#offer() : undefined;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      this.#settle();
      this.#point(this.#at + step);
    } else if (event.key === "Enter" && this.#at >= 0) this.#go(this.options[this.#at]);
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
  }

  /** @param {number} at */
  #point(at) {
    const options = this.options;
    this.#at = options.length ? Math.max(-1, Math.min(at, options.length - 1)) : -1;
    options.forEach((option, number) => option.setAttribute("aria-selected", String(number === this.#at)));
    const chosen = options[this.#at];
    if (chosen) {
      this.box.setAttribute("aria-activedescendant", chosen.id);
      chosen.scrollIntoView({ block: "nearest" });
    } else this.box.removeAttribute("aria-activedescendant");
  }

  /** @param {EventTarget | null} target */
  #go(target) {
    const option = target instanceof Element ? target.closest("[role=option]") : null;
    if (!(option instanceof HTMLElement)) return;
    const { href, presses } = option.dataset;
    this.close();
    if (href) visit(href);
    else if (presses) this.#press(presses, option.querySelector(".suggestion-name")?.textContent ?? "");
  }

  /** The menu's own form does it, as if it had been pressed there. @param {string} selector @param {string} said */
  #press(selector, said) {
    const button = document.querySelector(selector);
    if (!(button instanceof HTMLButtonElement)) return;
    this.box.value = "";
    button.form?.requestSubmit(button);
    toast(said);
  }
}

/** @param {string} text */
function wordsOf(text) {
  return text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "").split(/[^\p{L}\p{N}]+/u).filter(Boolean);
}

onPage((body) => {
  // Choosing an order is enough where scripts run; the wide screen has the facets open.
  body.querySelectorAll("[data-sorting]").forEach((form) => form.setAttribute("data-eased", ""));
  const facets = body.querySelector("[data-facets]");
  if (facets instanceof HTMLDetailsElement && matchMedia("(min-width: 62rem)").matches) facets.open = true;
  const box = body.querySelector("[data-suggests]");
  const list = body.querySelector("#suggestions");
  if (!(box instanceof HTMLInputElement) || !(list instanceof HTMLElement) || met.has(box)) return;
  met.add(box);
  const commands = body.querySelector("template[data-commands]");
  const options = commands instanceof HTMLTemplateElement ? commands.content.cloneNode(true) : new DocumentFragment();
  new Finder(box, list, box.dataset.suggests ?? "", [.../** @type {DocumentFragment} */ (options).querySelectorAll("li")]);
});
