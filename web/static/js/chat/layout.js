/**
 * What stands in a conversation, from top to bottom: days, the line above what is new, messages in blocks. Pure.
 *
 * @typedef {import("../live/timeline.js").Row} Row
 * @typedef {{ kind: "day", key: string, at: Date } | { kind: "new", key: string }
 *   | { kind: "row", key: string, row: Row, follows: boolean }} Item
 * @typedef {object} Reader
 * @property {string} [zone]  IANA name
 * @property {string | null} newKey  of the row above which the line stands that says what is new
 */

/** Messages of one person that follow each other this closely stand as one block, in ms; as on the server. */
const BLOCK_MS = 5 * 60_000;

/**
 * @param {Row[]} rows
 * @param {Reader} reader
 * @param {Row | null} [before]  the row above the first, when it is not shown
 * @returns {Item[]}
 */
export function layout(rows, { zone, newKey }, before = null) {
  /** @type {Item[]} */
  const items = [];
  for (const row of rows) {
    const day = dayOf(row.message.at, zone);
    const isFirstOfDay = !before || dayOf(before.message.at, zone) !== day;
    const isFirstNew = row.key === newKey;
    if (isFirstOfDay) items.push({ kind: "day", key: `day ${day}`, at: new Date(row.message.at) });
    if (isFirstNew) items.push({ kind: "new", key: "new" });
    items.push({ kind: "row", key: row.key, row, follows: !isFirstOfDay && !isFirstNew && follows(row, before) });
    before = row;
  }
  return items;
}

/**
 * The first row that somebody else wrote above a read mark.
 * @param {Row[]} rows @param {string} me  id @param {number | null} mark  null: nothing is new
 * @returns {Row | undefined}
 */
export function firstNew(rows, me, mark) {
  if (mark === null) return undefined;
  return rows.find(({ message }) => message.s > mark && message.author.id !== me && !message.deleted);
}

/** @param {Row} row @param {Row | null} before */
function follows({ message }, before) {
  if (!before || before.message.deleted || before.message.author.id !== message.author.id) return false;
  return Date.parse(message.at) - Date.parse(before.message.at) < BLOCK_MS;
}

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/** @param {string} at  ISO @param {string} [zone] */
function dayOf(at, zone = "") {
  let format = formats.get(zone);
  if (!format) formats.set(zone, (format = new Intl.DateTimeFormat("en-CA", { timeZone: zone || undefined })));
  return format.format(new Date(at));
}
