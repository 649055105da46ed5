import { setCount } from "fairmatch/kit/count";
import { onPage } from "fairmatch/kit/page";
import { session } from "fairmatch/live/start";
import { unreadAbove } from "fairmatch/live/timeline";

/**
 * Keeps the counts of unread messages true, wherever a page shows them: in the navigation ([data-count=unread]), at a
 * conversation ([data-unread="chat:..."]), and in the title of the window.
 *
 * @typedef {import("../live/session.js").Session} Session
 */

const MOST = 99;
/** What the title says before "(3) " is put in front of it. */
const PREFIX = /^\(\d+\+?\) /;

/** @type {WeakSet<Session>} sessions that are listened to already */
const heard = new WeakSet();

function refresh() {
  const live = session();
  if (!live) return;
  if (!heard.has(live)) listen(live);
  const { total } = live.unread;
  if (total === null) return;
  setCount("unread", total);
  document.title = (total ? `(${shown(total)}) ` : "") + document.title.replace(PREFIX, "");
  for (const place of document.querySelectorAll("[data-unread]")) show(/** @type {HTMLElement} */ (place), live);
}

/** @param {HTMLElement} place @param {Session} live */
function show(place, live) {
  const topic = place.dataset.unread ?? "";
  const number = unreadIn(topic, live);
  if (number === null) return;
  place.hidden = number === 0;
  (place.querySelector("[data-number]") ?? place).textContent = shown(number);
}

/** @param {string} topic @param {Session} live @returns {number | null} null: only the page knows */
function unreadIn(topic, live) {
  const open = live.openChannel(topic);
  if (open?.status === "ready") return unreadAbove(open.timeline.messages, open.reading.mark, live.person);
  const told = live.unread.channels.get(topic);
  return told ? told.unread : 0;
}

/** @param {number} number */
function shown(number) {
  return number > MOST ? `${MOST}+` : String(number);
}

/** @param {Session} live */
function listen(live) {
  heard.add(live);
  live.unread.addEventListener("change", refresh);
}

onPage(refresh);
