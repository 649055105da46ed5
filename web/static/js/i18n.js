/**
 * Words in the reader's language, from the same catalogue as the server's pages.
 *
 *     import { _, ngettext } from "fairmatch/i18n";
 *     _("%(name)s is writing", { name });   ngettext("%(num)s new", "%(num)s new", count);
 *
 * Only literal strings are found by `python -m web.messages`; never build a message from pieces.
 */

import { formats, locale, messages, plural } from "fairmatch/messages";

export { locale };

/** @typedef {Record<string, string | number>} Values */

/**
 * The translation of a text, with its %(placeholders)s filled in.
 * @param {string} text
 * @param {Values} [values]
 * @returns {string}
 */
export function gettext(text, values) {
  const found = messages[text];
  return fill(typeof found === "string" ? found : text, values);
}

export const _ = gettext;

/**
 * The translation of a text for a number; %(num)s is filled in by itself.
 * @param {string} one
 * @param {string} many
 * @param {number} num
 * @param {Values} [values]
 * @returns {string}
 */
export function ngettext(one, many, num, values) {
  const found = messages[one];
  const forms = Array.isArray(found) ? found : [one, many];
  return fill(forms[Array.isArray(found) ? plural(num) : Number(num !== 1)], { num, ...values });
}

/**
 * A time of day: 10:20, or 10:20 CET when the zone is to be named.
 * @param {Date} moment
 * @param {{ zone?: string, named?: boolean }} [options]  zone: IANA name; without it the device's
 * @returns {string}
 */
export function time(moment, { zone, named = false } = {}) {
  return format(moment, { hour: "2-digit", minute: "2-digit", timeZone: zone, ...(named && { timeZoneName: "short" }) });
}

/**
 * A number with one place behind the point: 1.2, or 1,2.
 * @param {number} value
 * @returns {string}
 */
export function decimal(value) {
  return new Intl.NumberFormat(formats, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(value);
}

/**
 * A day: Saturday, 12 December.
 * @param {Date} moment
 * @param {string} [zone]  IANA name; without it the device's
 * @returns {string}
 */
export function day(moment, zone) {
  return format(moment, { weekday: "long", day: "numeric", month: "long", timeZone: zone });
}

const STEPS = /** @type {const} */ ([["minute", 60], ["hour", 3600], ["day", 86400]]);

/**
 * How long ago (or until), in words, as the server's |ago says it; from a week on the day.
 * @param {Date} moment
 * @param {Date} now
 * @returns {string}
 */
export function ago(moment, now) {
  const seconds = (moment.getTime() - now.getTime()) / 1000;
  if (Math.abs(seconds) < 60) return _("just now");
  if (Math.abs(seconds) >= 7 * 86400) return format(moment, { day: "numeric", month: "short" });
  const [unit, length] = STEPS.findLast(([, size]) => Math.abs(seconds) >= size) ?? STEPS[0];
  return new Intl.RelativeTimeFormat(formats, { numeric: "always" }).format(Math.round(seconds / length), unit);
}

/**
 * @param {Date} moment
 * @param {Intl.DateTimeFormatOptions} options
 */
function format(moment, options) {
  return new Intl.DateTimeFormat(formats, options).format(moment);
}

/**
 * @param {string} text
 * @param {Values} [values]
 */
function fill(text, values = {}) {
  return text.replace(/%\((\w+)\)[sd]|%%/g, (whole, name) => (whole === "%%" ? "%" : String(values[name] ?? whole)));
}
