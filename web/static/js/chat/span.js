/**
 * Which rows of a long conversation are in the document. Pure: told what happens, it says from where to where.
 * Rows are named by their keys, since their places change when older ones come before them.
 *
 * @typedef {{ start: number, end: number }} Range  end: the first that is not shown any more
 */

/** Rows shown while one follows what is new. */
export const AT_REST = 100;
/** Rows in the document at most, while one reads far back. */
export const AT_MOST = 300;
/** Rows that come with each step back or forth. */
export const STEP = 60;

export class Span {
  /** Key of the first row shown; null: as many as are shown at rest, counted from the end. @type {string | null} */
  #first = null;
  /** Key of the last row shown; null: the newest there is. @type {string | null} */
  #last = null;
  /** @type {Range} */
  #range = { start: 0, end: 0 };

  /** Whether the newest row is among those shown. */
  get atEnd() {
    return this.#last === null;
  }

  /** Whether rows that are loaded stand above the first one shown. */
  get hasMoreAbove() {
    return this.#range.start > 0;
  }

  /** @param {string[]} keys  of all rows that are loaded @returns {Range} */
  range(keys) {
    const end = this.#last === null ? keys.length : keys.indexOf(this.#last) + 1 || keys.length;
    const first = this.#first === null ? -1 : keys.indexOf(this.#first);
    const start = first >= 0 && first < end ? first : Math.max(0, end - AT_REST);
    this.#range = { start, end };
    return this.#range;
  }

  /** One reads the newest: show no more than needed. */
  rest() {
    this.#first = this.#last = null;
  }

  /** One reads the newest, with the focus in it: what is shown stays, up to the limit. @param {string[]} keys */
  keep(keys) {
    const { start } = this.range(keys);
    this.#last = null;
    this.#first = keys[Math.max(start, keys.length - AT_MOST)] ?? null;
  }

  /** One reads further up: what is shown stays shown, whatever comes below. @param {string[]} keys */
  hold(keys) {
    const { start, end } = this.range(keys);
    this.#first ??= keys[start] ?? null;
    if (end - start > AT_MOST) this.#last = keys[start + AT_MOST - 1];
  }

  /** Show more above. @param {string[]} keys */
  back(keys) {
    const start = Math.max(0, this.range(keys).start - STEP);
    this.#first = keys[start] ?? null;
    if (this.range(keys).end - start > AT_MOST) this.#last = keys[start + AT_MOST - 1];
  }

  /** Show more below. @param {string[]} keys */
  forth(keys) {
    const end = Math.min(keys.length, this.range(keys).end + STEP);
    this.#last = end === keys.length ? null : keys[end - 1];
    const { start } = this.range(keys);
    if (end - start > AT_MOST) this.#first = keys[end - AT_MOST];
  }

  /** Show a row and its surroundings. @param {string[]} keys @param {string} key */
  around(keys, key) {
    const at = keys.indexOf(key);
    const { start, end } = this.range(keys);
    if (at < 0 || (at >= start && at < end)) return;
    this.#first = keys[Math.max(0, at - STEP)];
    const last = at + AT_MOST - STEP - 1;
    this.#last = last < keys.length ? keys[last] : null;
  }
}
