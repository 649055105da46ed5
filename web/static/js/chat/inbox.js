import { onPage } from "fairmatch/kit/page";
import { session } from "fairmatch/live/start";

/**
 * Keeps the list of conversations true while one looks at it: when something unread comes, or something of one's own has
 * arrived, the server is asked for the list as it is now. A conversation that stands beside it is not touched.
 *
 * @typedef {import("../live/session.js").Session} Session
 */

/** Pause between two lists, in ms: a lively evening brings many messages. */
const EVERY_MS = 3_000;

/** @type {WeakMap<Session, Map<string, number>>} what was unread when it was looked at last, by channel */
const known = new WeakMap();
let isPausing = false;
let isDue = false;

function listen() {
  const live = session();
  if (!live || known.has(live)) return;
  known.set(live, new Map());
  live.unread.addEventListener("change", () => compare(live));
  live.outbox.addEventListener("change", (event) => arrived(live, /** @type {CustomEvent} */ (event).detail));
}

/** @param {Session} live */
function compare(live) {
  const before = known.get(live);
  const now = new Map([...live.unread.channels.values()].filter(({ kind }) => kind === "direct").map((one) => [one.channel, one.unread]));
  known.set(live, now);
  if ([...now].some(([channel, unread]) => unread > (before?.get(channel) ?? 0))) void refresh();
}

/** Nothing of one's own is under way in a channel any more. @param {Session} live @param {string} channel */
function arrived(live, channel) {
  if (live.outbox.of(channel).length === 0) void refresh();
}

async function refresh() {
  isDue = true;
  if (isPausing || !place(document)) return;
  isPausing = true;
  isDue = false;
  setTimeout(() => {
    isPausing = false;
    if (isDue) void refresh();
  }, EVERY_MS);
  const asked = location.href;
  const response = await fetch(asked, { headers: { Accept: "text/html" } }).catch(() => null);
  const html = response?.ok ? await response.text() : "";
  if (html && location.href === asked) replace(html); // another page that came meanwhile is as new
}

/** @param {string} html */
function replace(html) {
  const fresh = place(new DOMParser().parseFromString(html, "text/html"));
  const here = place(document);
  if (!fresh || !here) return;
  const focused = here.contains(document.activeElement) ? document.activeElement?.getAttribute("href") : null;
  const scrolled = scrolling(here)?.scrollTop ?? 0;
  here.replaceWith(document.adoptNode(fresh));
  scrolling(fresh)?.scrollTo({ top: scrolled, behavior: "instant" });
  const again = focused ? fresh.querySelector(`[href="${CSS.escape(focused)}"]`) : null;
  if (again instanceof HTMLElement) again.focus();
}

/** @param {Element} list */
function scrolling(list) {
  return list.querySelector(".conversations");
}

/** What can be exchanged without touching a conversation. @param {Document} page */
function place(page) {
  return page.querySelector(page.querySelector(".inbox fm-chat") ? ".inbox-list" : ".inbox");
}

onPage(listen);
