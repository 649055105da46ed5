import { _ } from "fairmatch/i18n";

/** How long one types on before the notes are sent, in ms. */
const NOTES_AFTER = 900;

/**
 * @typedef {{ taken: boolean, version: number, text: string }} Noted  whether what was sent counts, and what does now
 * @typedef {{ text: string, version: number, isUnsaved: boolean, from: number, to: number, isIn: boolean }} Kept
 */

/**
 * The notes that everybody in a meeting shares: sent while one types, one sending at a time, and what others write is
 * shown. Nothing that was typed gives way: who writes upon an older version has both texts. What the server has of them
 * is the field's default value, which outlasts the page in Turbo's cache as the version does.
 */
export class Notes {
  /** @type {((what: { text: string, version: number }) => Promise<Noted>) | undefined} */
  #ask;
  #isSending = false;
  #isHandedOn = false;
  #typed = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);
  /** What was written elsewhere while ours was not saved. @type {{ text: string, version: number } | null} */
  #newest = null;

  /**
   * @param {HTMLTextAreaElement} field @param {HTMLInputElement} number  of the version
   * @param {(words: string) => void} say
   */
  constructor(field, number, say) {
    this.field = field;
    this.number = number;
    this.say = say;
  }

  get version() {
    return Number(this.number.value);
  }

  set version(version) {
    this.number.value = String(version);
  }

  /** Whether something is written that the server has not taken. */
  get isUnsaved() {
    return this.field.value !== this.field.defaultValue;
  }

  /** @param {(what: { text: string, version: number }) => Promise<Noted>} ask @param {AbortSignal} signal */
  sendWith(ask, signal) {
    this.#ask = ask;
    const soon = () => {
      clearTimeout(this.#typed);
      this.#typed = setTimeout(() => void this.send(), NOTES_AFTER);
    };
    this.field.addEventListener("input", soon, { signal });
    signal.addEventListener("abort", () => {
      clearTimeout(this.#typed);
      void this.send(); // whoever leaves right after typing has typed it all the same
    });
  }

  /** Send what is not saved, until everything is. */
  async send() {
    while (this.#ask && this.isUnsaved && !this.#isSending && !this.#isHandedOn) {
      const sent = this.field.value;
      this.#isSending = true;
      const answer = await this.#ask({ text: sent, version: this.version }).catch(() => null);
      this.#isSending = false;
      if (this.#isHandedOn) return;
      if (!answer) return this.say(_("Not saved yet: what you typed is still here."));
      this.version = answer.version;
      this.#bring(answer, sent);
    }
    if (this.#newest && !this.isUnsaved && !this.#isSending) this.show(this.#newest);
  }

  /** What others wrote. @param {{ text: string, version: number }} notes */
  show(notes) {
    if (notes.version <= this.version) return;
    if (this.isUnsaved || this.#isSending) {
      if (notes.version > (this.#newest?.version ?? 0)) this.#newest = notes; // both come together once ours is sent
      return;
    }
    const { field } = this;
    const [from, to] = [field.selectionStart, field.selectionEnd];
    // Where only what stands before the caret has changed, it moves along.
    const by = notes.text.endsWith(field.value.slice(from)) ? notes.text.length - field.value.length : 0;
    this.version = notes.version;
    this.#newest = null;
    this.#put(notes.text, notes.text, from + by, to + by);
  }

  /** What goes on where the page is loaded anew; from now on it is no longer of ours. @returns {Kept} */
  keep() {
    const { field, version, isUnsaved } = this;
    this.#isHandedOn = true;
    const isIn = field.ownerDocument.activeElement === field;
    return { text: field.value, version, isUnsaved: isUnsaved || this.#isSending, from: field.selectionStart, to: field.selectionEnd, isIn };
  }

  /** Go on from a former page. The new one may have been made before what was saved last. @param {Kept} kept */
  goOn(kept) {
    const { field } = this;
    if (field.value !== kept.text && (kept.isUnsaved || kept.version > this.version)) {
      this.version = kept.version;
      this.#put(kept.text, kept.isUnsaved ? field.defaultValue : kept.text);
    }
    if (!kept.isIn) return;
    field.focus();
    field.setSelectionRange(kept.from, kept.to);
  }

  /** What becomes of an answer to what was sent. @param {Noted} answer @param {string} sent */
  #bring(answer, sent) {
    const { field } = this;
    if (answer.taken || answer.text === sent) {
      field.defaultValue = sent;
      return this.say(_("Saved for everybody."));
    }
    // One's own text, whose answer got lost, or on which the former page had the last word: one has written on.
    if (field.value.startsWith(answer.text)) return void (field.defaultValue = answer.text);
    const by = answer.text.length + 1;
    const [from, to] = [field.selectionStart + by, field.selectionEnd + by];
    this.#put(`${answer.text}\n${field.value}`, answer.text, from, to);
    this.say(_("Somebody wrote at the same time: both texts are here."));
  }

  /** @param {string} text @param {string} saved @param {number} [from] @param {number} [to] */
  #put(text, saved, from, to) {
    const { field } = this;
    field.value = text;
    field.defaultValue = saved;
    if (from !== undefined && to !== undefined && field.ownerDocument.activeElement === field) field.setSelectionRange(from, to);
  }
}
