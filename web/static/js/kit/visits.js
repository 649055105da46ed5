/** What a visit by Turbo leaves undone: the policy's nonce, links within the page, pages that are fetched ahead, visits called
 * off, visits that never arrive, and the part of a page that a form leads back to. */

import { session } from "@hotwired/turbo";
import { _ } from "fairmatch/i18n";
import { toast } from "fairmatch/kit/toast";

/** The document keeps the policy of its first page, so that page's nonce stays the right one on all later pages. */
const first = nonce()?.content ?? "";

// By now Turbo has taken over the new page's head, and not yet run the scripts of its body.
document.addEventListener("turbo:before-render", () => {
  const meta = nonce();
  if (meta) meta.content = first;
});

/** @returns {HTMLMetaElement | null} */
function nonce() {
  return document.querySelector("meta[name=csp-nonce]");
}

// A link within the page is the browser's own affair: Turbo would fetch the page anew, and with it go focus and typing.
document.addEventListener("turbo:click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (link?.hash && link.href === location.href.replace(/#.*|$/, link.hash)) event.preventDefault();
});

// A form that leads back to a part of its page: the browser's fetch keeps from Turbo which one, so the page says it.
document.addEventListener("turbo:load", () => {
  const meta = document.querySelector("meta[name=fairmatch-at]");
  meta?.remove();
  const place = meta instanceof HTMLMetaElement && !location.hash ? document.getElementById(meta.content) : null;
  if (!place) return;
  if (place.tabIndex < 0) place.setAttribute("tabindex", "-1"); // the keyboard goes on from here
  place.focus({ preventScroll: true });
  place.scrollIntoView();
});

// A page that is fetched ahead counts as looked at, and what was told of it as seen: only where that means nothing, which
// is said around the link.
document.addEventListener("turbo:before-prefetch", (event) => {
  const link = event.target instanceof Element ? event.target : null;
  if (!link?.closest("[data-turbo-prefetch=true]")) event.preventDefault();
});

// Who goes on to another page while one still arrives calls that one off. Turbo leaves this as an error that nobody takes.
addEventListener("unhandledrejection", (event) => {
  if (event.reason instanceof DOMException && event.reason.name === "AbortError") event.preventDefault();
});

// Without this, Turbo would give the whole page up for the browser's own one, and with it all that was typed.
document.addEventListener("turbo:fetch-request-error", unreached);

// A proxy that finds no server behind it, as for moments of an update, answers in its place.
document.addEventListener("turbo:before-fetch-response", (event) => {
  const { response } = /** @type {CustomEvent} */ (event).detail.fetchResponse;
  // Each answer of ours has a number, also one that says what is wrong.
  if ([502, 503, 504].includes(response.status) && !response.headers.has("x-request-id")) unreached(event);
  // Whatever is answered, the server is there: also to a form that comes back with its errors, which is no visit.
  else takeBack();
});

let takeBack = () => {};

/** @param {Event} event */
function unreached(event) {
  event.preventDefault();
  const { target } = event;
  if (target instanceof HTMLAnchorElement) return; // it was fetched ahead, and nobody has asked for it yet
  if (target === document.documentElement) giveUp();
  takeBack();
  takeBack = toast(
    target instanceof HTMLFormElement && target.method !== "get"
      ? _("The server cannot be reached just now. Everything on this page is still here; look whether what you sent has arrived before you send it again.")
      : _("The server cannot be reached just now. Everything on this page is still here; try again in a moment."),
    { error: true },
  );
}

/** Turbo takes a visit without an answer for one that still goes on, and so does its bar. */
function giveUp() {
  document.documentElement.removeAttribute("aria-busy");
  const { adapter, navigator } = session;
  adapter.visitFailed(navigator.currentVisit);
}
