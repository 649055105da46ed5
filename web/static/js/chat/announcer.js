import { _, ngettext } from "fairmatch/i18n";
import { plain } from "fairmatch/chat/text";

/**
 * Says to screen readers what arrives, without flooding them: at most one sentence in three seconds.
 *
 * @typedef {{ author: { name: string }, text: string }} Said
 */

const EVERY_MS = 3_000;

export class Announcer {
  /** @type {Said[]} */
  #waiting = [];
  #resting = false;

  /** @param {HTMLElement} region  with aria-live @param {(ms: number, action: () => void) => unknown} after */
  constructor(region, after) {
    this.region = region;
    this.after = after;
  }

  /** @param {Said} message */
  tell(message) {
    this.#waiting.push(message);
    if (!this.#resting) this.#say();
  }

  #say() {
    this.#resting = this.#waiting.length > 0;
    if (!this.#resting) return;
    this.region.textContent = sentence(this.#waiting);
    this.#waiting = [];
    this.after(EVERY_MS, () => this.#say());
  }
}

/** @param {Said[]} messages */
function sentence(messages) {
  const { author, text } = messages[messages.length - 1];
  const name = author.name || _("Former participant");
  if (messages.length === 1) return `${name}: ${plain(text)}`;
  return ngettext("%(num)s new message, from %(name)s", "%(num)s new messages, the last from %(name)s", messages.length, { name });
}
