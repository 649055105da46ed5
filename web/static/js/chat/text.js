/**
 * The text of messages: taken apart for showing, put together for sending. The same grammar as on the server
 * (chat/texts.py); tests/chat/texts.json holds the cases that both sides are tested with.
 *
 * @typedef {{ text: string } | { url: string } | { person: string, name: string }} Part
 * @typedef {Record<string, string>} Called  id by name: who was picked from the list
 */

const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
const MENTION = new RegExp(`@\\[([^\\[\\]\\n]{1,80})\\]\\((${UUID})\\)`, "g");
// eslint-disable-next-line no-control-regex
const LINK = /https?:\/\/[^\s<>"'`{}|\\^\u0000-\u0020\u007f-\u009f\u202a-\u202e\u2066-\u2069]+/gi;
/** Half of a surrogate pair, and controls other than tab and line feed: the line takes neither. */
const UNSOUND = /\p{Cs}|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/gu;
/** @type {Record<string, string>} */
const CLOSING = { ")": "(", "]": "[" };

/**
 * Take a text apart.
 * @param {string} text
 * @returns {Part[]}
 */
export function parts(text) {
  /** @type {Part[]} */
  const found = [];
  let at = 0;
  for (const match of text.matchAll(MENTION)) {
    found.push(...linked(text.slice(at, match.index)), { person: match[2], name: match[1] });
    at = match.index + match[0].length;
  }
  return [...found, ...linked(text.slice(at))];
}

/** The text on one line, for announcements: mentions as names. @param {string} text */
export function plain(text) {
  return text.replace(MENTION, "@$1").split(/\s+/u).join(" ").trim();
}

/** What may be sent of what was typed. @param {string} text */
export function clean(text) {
  return text.replace(/\r\n?/g, "\n").replace(UNSOUND, "").trim();
}

/**
 * What was typed, with those who were picked called by their id.
 * @param {string} typed @param {Called} called
 */
export function withMentions(typed, called) {
  const names = Object.keys(called).sort((a, b) => b.length - a.length);
  if (names.length === 0) return typed;
  const pattern = new RegExp(`@(${names.map((name) => RegExp.escape?.(name) ?? escaped(name)).join("|")})(?![\\p{L}\\p{N}])`, "gu");
  return typed.replace(pattern, (_whole, name) => `@[${name.replace(/[[\]\n]/g, "")}](${called[name]})`);
}

/**
 * The other way round, for editing.
 * @param {string} text
 * @returns {{ text: string, called: Called }}
 */
export function withoutMentions(text) {
  /** @type {Called} */
  const called = {};
  const typed = text.replace(MENTION, (_whole, name, id) => {
    called[name] = id;
    return `@${name}`;
  });
  return { text: typed, called };
}

/** @param {string} text @returns {Part[]} */
function linked(text) {
  /** @type {Part[]} */
  const found = [];
  let at = 0;
  for (const match of text.matchAll(LINK)) {
    const url = withoutPunctuation(match[0]);
    if (!leadsSomewhere(url)) continue;
    if (match.index > at) found.push({ text: text.slice(at, match.index) });
    found.push({ url });
    at = match.index + url.length;
  }
  if (at < text.length) found.push({ text: text.slice(at) });
  return found;
}

/** A sentence's end is not the address's, and neither is the bracket around it. @param {string} url */
function withoutPunctuation(url) {
  for (;;) {
    const last = url.slice(-1);
    const opening = CLOSING[last];
    const isUnbalanced = opening && url.split(last).length > url.split(opening).length;
    if (!".,;:!?…".includes(last) && !isUnbalanced) return url;
    url = url.slice(0, -1);
  }
}

/** @param {string} url */
function leadsSomewhere(url) {
  return /^https?:\/\/([^/?#]*@)?[^/?#@:]/i.test(url);
}

/** @param {string} text */
function escaped(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
