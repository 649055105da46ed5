/**
 * A page that shows one's meetings stays as it is while one reads it, and after going back: when they are others by now,
 * or what the page offers is over, that is said in the dock, and shown on a press.
 */

import { visit } from "@hotwired/turbo";
import { _ } from "fairmatch/i18n";
import { icon } from "fairmatch/kit/icon";
import { onPage } from "fairmatch/kit/page";
import { keepTyped } from "fairmatch/kit/typed";
import { session } from "fairmatch/live/start";
import { waitFor } from "fairmatch/meetings/moments";

/** Of several changes the last counts; and what one did oneself is answered by another page within so long, in ms. */
const SETTLED = 600;
/** The line tells of one's own meetings: about all those of a fair a page that shows them asks so often while it is seen, in ms. */
const ASKED_EVERY = 15_000;
let beat = 0;
/** @type {WeakSet<EventTarget>} */
const heard = new WeakSet();
let soon = 0;
let over = 0;
/** The page's mark and the line's of which the server has said that they differ. */
let sure = "";
/** And those between which a press changed nothing. */
let inVain = "";

function begin() {
  const mine = session()?.mine;
  if (mine && !heard.has(mine)) mine.addEventListener("change", lookSoon);
  if (mine) heard.add(mine);
  if (!isBehind(place()) && !isOver(place())) draw(false); // what was said of the page before
  lookWhenOver(place());
  clearInterval(beat);
  if (place()?.dataset.markAt) beat = window.setInterval(lookSoon, ASKED_EVERY);
  lookSoon();
}

/** What a meeting's page offers ends with its start. @param {HTMLElement | null} shown */
function lookWhenOver(shown) {
  clearTimeout(over);
  if (!shown?.dataset.until) return;
  shown.dataset.came ??= String(Date.now()); // it stays with the page in Turbo's cache
  const wait = waitFor(Date.parse(shown.dataset.until));
  if (wait !== null) over = window.setTimeout(lookSoon, wait);
}

/** Where it was over as the page came, one of the two clocks is wrong. @param {HTMLElement | null} shown */
function isOver(shown) {
  const until = Date.parse(shown?.dataset.until ?? "");
  return until <= Date.now() && Number(shown?.dataset.came) < until;
}

function lookSoon() {
  clearTimeout(soon);
  soon = window.setTimeout(look, SETTLED);
}

async function look() {
  const shown = place();
  if (document.querySelector(":is(html, form)[aria-busy=true]")) return lookSoon(); // another page is on its way
  if (document.visibilityState === "hidden") return;
  if (shown?.dataset.markAt) return lookAtFair(shown, shown.dataset.markAt);
  const isNews = isOver(shown) || (isBehind(shown) && marks(shown) !== inVain && (await isAnother(/** @type {HTMLElement} */ (shown))));
  if (shown === place()) draw(isNews);
}

/** What goes on there shows itself, and brings the page anew at its end. @param {HTMLElement} shown @param {string} address */
async function lookAtFair(shown, address) {
  if (document.querySelector("[data-import-progress]")) return;
  const answer = await fetch(address).catch(() => null);
  const mark = answer?.ok && (await answer.text());
  if (mark && shown === place()) draw(mark !== shown.dataset.mark);
}

/** @returns {HTMLElement | null} */
function place() {
  return document.querySelector("[data-mark]");
}

/** @param {HTMLElement | null} shown */
function isBehind(shown) {
  const live = session();
  return Boolean(shown && !shown.dataset.markAt && live?.line.state === "live" && live.mine.mark && live.mine.mark !== shown.dataset.mark);
}

/** @param {HTMLElement | null} shown */
function marks(shown) {
  return `${shown?.dataset.mark} ${session()?.mine.mark}`;
}

/** A page can be newer than what the line has told. @param {HTMLElement} shown */
async function isSure(shown) {
  if (marks(shown) === sure) return true;
  if (!(await session()?.mine.ask())) return false;
  sure = marks(shown); // what was told says "change", and so is looked at once more
  return isBehind(shown);
}

/** Of a page about one meeting or request the server is asked, once for each change of any. @param {HTMLElement} shown */
async function isAnother(shown) {
  const { mark, ownMark } = shown.dataset;
  if (!ownMark) return isSure(shown);
  const answer = await fetch(location.href, { headers: { accept: "text/html" } }).catch(() => null);
  if (!answer) return false;
  shown.toggleAttribute("data-gone", answer.status === 404); // a colleague has the seat, or the request
  const now = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-mark]");
  if (!(now instanceof HTMLElement) || now.dataset.ownMark !== ownMark) return answer.ok || answer.status === 404;
  if (shown.dataset.mark === mark) shown.dataset.mark = now.dataset.mark;
  return false;
}

/** @param {boolean} isNews */
function draw(isNews) {
  const there = document.querySelector("#dock .dock-news");
  if (!isNews) return there?.remove();
  if (there) return;
  const section = Object.assign(document.createElement("section"), { className: "dock-news", role: "status" });
  const button = Object.assign(document.createElement("button"), { className: "new-pill", type: "button" });
  button.append(icon("refresh-cw"), Object.assign(document.createElement("span"), { textContent: _("Show changes") }));
  button.addEventListener("click", show);
  document.getElementById("dock")?.append(section);
  section.append(button);
}

/** The page as it is now, where one reads, with what is typed; all of one's meetings where it is not one's own any more. */
function show() {
  if (place()?.hasAttribute("data-gone")) return visit("/meetings");
  const before = place()?.dataset.mark;
  visit(location.href, /** @type {any} */ ({ action: "replace", refresh: { scroll: "preserve" } }));
  keepTyped();
  const settled = new AbortController();
  const { signal } = settled;
  const load = () => {
    settled.abort();
    document.getElementById("main")?.focus({ preventScroll: true });
    draw(false); // whatever is new by now is found once more
    inVain = place()?.dataset.mark === before ? marks(place()) : "";
  };
  document.addEventListener("turbo:load", load, { signal });
  // It does not come, or another one is looked for instead: where the focus is then is not for this one to say.
  for (const sign of ["turbo:fetch-request-error", "turbo:visit"]) document.addEventListener(sign, () => settled.abort(), { signal });
}

onPage(begin);
document.addEventListener("visibilitychange", lookSoon);
