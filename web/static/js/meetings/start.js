/**
 * Meetings on every page: the number of requests that wait, the next meeting in the dock when it is near, and what one
 * should know now.
 */

import { visit } from "@hotwired/turbo";
import { calls, current } from "fairmatch/call/current";
import { _ } from "fairmatch/i18n";
import { countDown } from "fairmatch/kit/countdown";
import { icon } from "fairmatch/kit/icon";
import { onPage } from "fairmatch/kit/page";
import { setCount } from "fairmatch/kit/count";
import { toast } from "fairmatch/kit/toast";
import { MeetingRoom, ROOM_GRACE_MS } from "fairmatch/live/meeting";
import { session } from "fairmatch/live/start";
import "fairmatch/meetings/changes";

/** The dock shows a meeting from so long before it begins, in ms. */
const NEAR = 15 * 60_000;
const LOOK_EVERY = 20_000;

/**
 * @typedef {import("../live/types-meeting.js").NextMeeting} NextMeeting
 * @typedef {import("../live/types-meeting.js").StepIn} StepIn
 */

/** @type {WeakSet<EventTarget>} */
const heard = new WeakSet();

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
  drawDock();
}

/** What is near stays in the dock until it is over, whatever page one is on; but for its own pages, and whoever is in its call. */
function drawDock() {
  const dock = document.getElementById("dock");
  const mine = session()?.mine;
  if (!dock || !mine) return;
  const [upcoming, offer] = [mine.ahead(), mine.offer];
  const near = upcoming && isNear(upcoming) && !isHere(upcoming.path.replace(/\/room$/, "")) && current()?.place.path !== upcoming.path ? upcoming : null;
  place(dock, _("Your next meeting"), near && JSON.stringify(near), () => link(/** @type {NextMeeting} */ (near), "calendar-clock", /** @type {NextMeeting} */ (near).starts_at));
  const open = offer && Date.now() < Date.parse(offer.until) && !isAskedHere(offer.path) ? offer : null;
  place(dock, _("Somebody waits in vain"), open && JSON.stringify(open), () => stepIn(/** @type {StepIn} */ (open)));
}

/**
 * Have one thing of this kind in the dock, or none.
 * @param {HTMLElement} dock @param {string} label @param {string | null} shows  what is drawn anew when it changes @param {() => HTMLElement} make
 */
function place(dock, label, shows, make) {
  const there = /** @type {HTMLElement | undefined} */ ([...dock.children].find((each) => each.getAttribute("aria-label") === label));
  if (there?.dataset.shows === shows) return;
  if (!shows) return there?.remove();
  const section = document.createElement("section");
  section.setAttribute("aria-label", label);
  section.dataset.shows = shows;
  section.append(make());
  if (there) there.replaceWith(section);
  else dock.append(section);
}

/** @param {string} path */
function isHere(path) {
  return location.pathname.startsWith(path);
}

/** Whether the page itself asks, as one's meetings do. @param {string} path */
function isAskedHere(path) {
  return isHere(path) || [...document.forms].some((form) => form.getAttribute("action") === path);
}

/** @param {NextMeeting} meeting */
function isNear({ starts_at: starts, ends_at: ends }) {
  return Date.parse(starts) - Date.now() < NEAR && Date.now() < Date.parse(ends);
}

/**
 * A name and a countdown, on the way to a page.
 * @param {{ name: string, path: string }} one @param {"calendar-clock" | "user-round-search"} sign @param {string} until
 */
function link({ name, path }, sign, until) {
  const made = Object.assign(document.createElement("a"), { className: "dock-meeting", href: path });
  const words = document.createElement("span");
  words.className = "countdown";
  words.setAttribute("data-countdown", "");
  const left = Object.assign(document.createElement("span"), { className: "countdown-left", hidden: true });
  left.setAttribute("data-left", "");
  const time = Object.assign(document.createElement("time"), { className: "countdown-time", dateTime: until });
  words.append(Object.assign(document.createElement("span"), { className: "countdown-label", textContent: name }), left, time);
  countDown(words);
  made.append(sign === "calendar-clock" ? icon("calendar-clock") : icon("user-round-search"), words);
  return made;
}

/** @param {StepIn} asked */
function stepIn(asked) {
  return link({ name: _("Meet %(name)s now?", { name: asked.name }), path: asked.path }, "user-round-search", asked.until);
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

/** Whoever is in a meeting's call is in its room, also while they read another page. @type {{ topic: string, release: () => void } | null} */
let inside = null;

function stayInside() {
  const place = current()?.place;
  const topic = place?.path.startsWith("/meetings/") ? place.topic.replace("call:", "meeting:") : "";
  if (topic === (inside?.topic ?? "")) return;
  inside?.release();
  inside = null;
  const line = session()?.line;
  if (topic && line) inside = { topic, release: line.join(topic, () => new MeetingRoom(topic, line), ROOM_GRACE_MS).release };
}

calls.addEventListener("change", stayInside);
calls.addEventListener("change", drawDock);
onPage(begin);
setInterval(drawDock, LOOK_EVERY);
