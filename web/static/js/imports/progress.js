/** The progress of an import, live: its part of the page is loaded anew until the run is at its end. */

import { visit } from "@hotwired/turbo";
import { onPage } from "fairmatch/kit/page";

// Milliseconds. A chunk takes about a tenth of a second; a person reads a number in about one.
const EVERY = 1000;

let timer = 0;

/** @param {Element} element  with the address in data-import-progress */
async function follow(element) {
  if (!element.isConnected) return;
  if (!document.hidden) await refresh(element).catch(() => undefined); // without a connection the next try will do
  if (element.isConnected) timer = window.setTimeout(() => follow(element), EVERY);
}

/** @param {Element} element */
async function refresh(element) {
  const answer = await fetch(element.getAttribute("data-import-progress") ?? "", { headers: { accept: "text/html" } });
  if (!element.isConnected) return; // another page has come meanwhile
  if (answer.status === 204) visit(location.pathname, { action: "replace" });
  else if (answer.ok) element.innerHTML = await answer.text();
}

onPage((body) => {
  window.clearTimeout(timer);
  const element = body.querySelector("[data-import-progress]");
  if (element) timer = window.setTimeout(() => follow(element), EVERY);
});
