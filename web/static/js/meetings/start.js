/**
 * Meetings on every page: the number of requests that wait, the next meeting in the dock when it is near, and what one
 * should know now.
 */

import { visit } from "@hotwired/turbo";
import { _ } from "fairmatch/i18n";
import { icon } from "fairmatch/kit/icon";
import { onPage } from "fairmatch/kit/page";
import { setCount } from "fairmatch/kit/count";
import { toast } from "fairmatch/kit/toast";
import { session } from "fairmatch/live/start";

/** The dock shows a meeting from so long before it begins, in ms. */
const NEAR = 15 * 60_000;
const LOOK_EVERY = 20_000;

/** @typedef {import("../live/types-meeting.js").NextMeeting} NextMeeting */

/** @type {WeakSet<EventTarget>} */
const heard = new WeakSet();
/** @type {NextMeeting | null} */
let upcoming = null;

function begin() {
  const live = session();
  if (!live) return;
  if (!heard.has(live.mine)) {
    heard.add(live.mine);
    live.mine.addEventListener("change", () => show(live.mine));
    live.mine.addEventListener("reminder", (event) => tell(/** @type {CustomEvent} */ (event).detail));
  }
  show(live.mine);
}

/** @param {import("../live/mine.js").Mine} mine */
function show(mine) {
  if (mine.waiting !== null) setCount("meetings", mine.waiting);
  upcoming = mine.next;
  drawDock();
}

function drawDock() {
  const dock = document.getElementById("dock");
  if (!dock) return;
  const wanted = upcoming && isNear(upcoming) && !location.pathname.startsWith(upcoming.path) ? upcoming : null;
  const there = /** @type {HTMLElement | null} */ (dock.querySelector(".dock-meeting"));
  if (there?.dataset.meeting === wanted?.id) return;
  there?.closest("section")?.remove();
  if (wanted) dock.append(card(wanted));
}

/** @param {NextMeeting} meeting */
function isNear({ starts_at: starts, ends_at: ends }) {
  return Date.parse(starts) - Date.now() < NEAR && Date.now() < Date.parse(ends);
}

/** @param {NextMeeting} meeting */
function card({ id, name, path, starts_at: starts }) {
  const link = Object.assign(document.createElement("a"), { className: "dock-meeting", href: path });
  link.dataset.meeting = id;
  const words = document.createElement("span");
  words.className = "countdown";
  words.setAttribute("data-countdown", "");
  const left = Object.assign(document.createElement("span"), { className: "countdown-left", hidden: true });
  left.setAttribute("data-left", "");
  const time = Object.assign(document.createElement("time"), { className: "countdown-time", dateTime: starts });
  words.append(Object.assign(document.createElement("span"), { className: "countdown-label", textContent: name }), left, time);
  link.append(icon("calendar-clock"), words);
  const place = document.createElement("section");
  place.setAttribute("aria-label", _("Your next meeting"));
  place.append(link);
  return place;
}

/** @param {{ what: string, name: string, path: string }} reminder */
function tell({ what, name, path }) {
  const words = sentence(what, name);
  if (!words || location.pathname === path) return;
  toast(words, { action: _("Open"), run: () => visit(path) });
}

/** @param {string} what @param {string} name */
function sentence(what, name) {
  if (what === "app_5min") return _("In five minutes you meet %(name)s.", { name });
  if (what === "app_1min") return _("In a minute you meet %(name)s.", { name });
  if (what === "missing") return _("%(name)s waits for you in the meeting.", { name });
  if (what === "rescue") return _("%(name)s waits in vain for somebody. Would you step in?", { name });
  if (what === "stand_in") return _("%(name)s comes in now.", { name });
  if (what === "no_stand_in") return _("%(name)s cannot come in.", { name });
  return "";
}

onPage(begin);
setInterval(drawDock, LOOK_EVERY);
