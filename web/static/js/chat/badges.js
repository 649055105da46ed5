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

/** @type {WeakSet<EventTarget>} what is listened to already */
const heard = new WeakSet();
let isDue = false;

function refresh() {
  const live = session();
  if (!live) return;
  listen(live.unread);
  const total = live.unread.waiting((topic) => unreadHere(topic, live) === 0);
  if (total === null) return;
  setCount("unread", total);
  document.title = (total ? `(${shown(total)}) ` : "") + document.title.replace(PREFIX, "");
  for (const place of document.querySelectorAll("[data-unread]")) show(/** @type {HTMLElement} */ (place), live);
}

/** @param {HTMLElement} place @param {Session} live */
function show(place, live) {
  const topic = place.dataset.unread ?? "";
  const number = unreadIn(topic, live);
  place.hidden = number === 0;
  (place.querySelector("[data-number]") ?? place).textContent = shown(number);
}

/** @param {string} topic @param {Session} live */
function unreadIn(topic, live) {
  return unreadHere(topic, live) ?? live.unread.channels.get(topic)?.unread ?? 0;
}

/** What is unread in a conversation that this tab follows. @param {string} topic @param {Session} live @returns {number | null} */
function unreadHere(topic, live) {
  const open = live.openChannel(topic);
  if (open?.status !== "ready") return null;
  listen(open);
  return unreadAbove(open.timeline.messages, open.reading.mark, live.person);
}

/** @param {number} number */
function shown(number) {
  return number > MOST ? `${MOST}+` : String(number);
}

/** @param {EventTarget} store */
function listen(store) {
  if (heard.has(store)) return;
  heard.add(store);
  store.addEventListener("change", refreshSoon);
}

/** Count anew in a moment: changes come in crowds. */
export function refreshSoon() {
  if (isDue) return;
  isDue = true;
  setTimeout(() => {
    isDue = false;
    refresh();
  });
}

onPage(refresh);
