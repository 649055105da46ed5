/**
 * Organisations, by name, for fields that take the address of an organisation's page: what the browser offers below such
 * a field follows what is typed into it. Without this script it offers what the server put there.
 */

import { on } from "fairmatch/kit/page";

/** Pause in typing after which the server is asked, in ms. */
const PAUSE_MS = 150;

let timer = 0;
/** @type {AbortController | null} */
let asking = null;
/** What the server put into a list, for a field that is empty again. @type {WeakMap<HTMLDataListElement, Element[]>} */
const offered = new WeakMap();

on("input", "input[list]", (field) => {
  if (!(field instanceof HTMLInputElement) || !(field.list instanceof HTMLDataListElement)) return;
  const { value, list } = field;
  const from = list.dataset.suggests;
  if (!from) return;
  if (!offered.has(list)) offered.set(list, [...list.children]);
  clearTimeout(timer);
  asking?.abort();
  if (!value.trim()) list.replaceChildren(...(offered.get(list) ?? []));
  else if (!value.includes("/")) timer = window.setTimeout(() => void ask(list, `${from}&${new URLSearchParams({ q: value })}`), PAUSE_MS);
});

/** @param {HTMLDataListElement} list @param {string} address */
async function ask(list, address) {
  asking = new AbortController();
  try {
    const answer = await fetch(address, { signal: asking.signal, headers: { accept: "text/html" } });
    if (answer.ok) show(list, await answer.text());
  } catch {
    // Typed on, or no line: what is offered stays, and an address is taken as it is.
  }
}

/** @param {HTMLDataListElement} list @param {string} html  rendered and escaped by our own server */
function show(list, html) {
  const found = new DOMParser().parseFromString(html, "text/html").querySelectorAll("[data-href]");
  const options = [...found].map((one) => {
    const name = one.querySelector(".suggestion-name")?.textContent?.trim() ?? "";
    return Object.assign(document.createElement("option"), { value: one.getAttribute("data-href") ?? "", textContent: name });
  });
  if (options.length) list.replaceChildren(...options);
}
