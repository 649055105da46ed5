/** Counts down to the <time> in each [data-countdown]: 2 h 05 min, then 12:40 in the last hour, then its data-past. */

import { _ } from "fairmatch/i18n";
import { onPage } from "fairmatch/kit/page";

const SECOND = 1000;
const SOON = 5 * 60; // seconds; from here on it needs somebody now

/** @param {ParentNode} root */
function refresh(root) {
  for (const element of root.querySelectorAll("[data-countdown]")) countDown(/** @type {HTMLElement} */ (element));
}

/** Show what is left now, for a countdown that has just been put into the page. @param {HTMLElement} element */
export function countDown(element) {
  const until = element.querySelector("time");
  const left = /** @type {HTMLElement | null} */ (element.querySelector("[data-left]"));
  if (!until || !left) return;
  const seconds = Math.floor((Date.parse(until.dateTime) - Date.now()) / SECOND);
  // "begins in: now" is no sentence: once it is so, what has become of it stands there instead.
  const past = seconds <= 0 ? element.dataset.past : "";
  const label = /** @type {HTMLElement | null} */ (element.querySelector(".countdown-label"));
  if (label) label.hidden = Boolean(past);
  left.hidden = false;
  left.textContent = past || inWords(seconds);
  element.toggleAttribute("data-soon", seconds <= SOON);
}

/**
 * @param {number} seconds
 * @returns {string}
 */
function inWords(seconds) {
  if (seconds <= 0) return _("now");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  if (hours >= 48) return _("%(days)s days", { days: Math.floor(hours / 24) });
  if (hours > 0) return _("%(hours)s h %(minutes)s min", { hours, minutes: pad(minutes) });
  return `${minutes}:${pad(seconds % 60)}`;
}

/** @param {number} number */
function pad(number) {
  return String(number).padStart(2, "0");
}

onPage(refresh);
setInterval(() => document.visibilityState === "visible" && refresh(document), SECOND);
