/**
 * How far a person has read in a channel. The mark only grows, on the server too; it is told at most once a second.
 *
 * @typedef {import("./ground.js").Ground} Ground
 */

/** Pause between two marks, in ms. */
const EVERY_MS = 1_000;

export class Reading {
  #told = 0;
  #pausing = false;

  /** @param {Ground} ground @param {(s: number) => Promise<unknown>} tell  rejects when it could not be told */
  constructor(ground, tell) {
    this.ground = ground;
    this.tell = tell;
    /** Number of the last event that was on screen. */
    this.mark = 0;
  }

  /** What the server knows. @param {number} s */
  known(s) {
    this.mark = Math.max(this.mark, s);
    this.#told = Math.max(this.#told, s);
  }

  /** Everything up to here was on screen. @param {number} s @returns {boolean} whether the mark moved */
  reached(s) {
    if (s <= this.mark) return false;
    this.mark = s;
    this.flush();
    return true;
  }

  /** Tell what is not told yet: after coming back, too. */
  flush() {
    if (this.#pausing || this.mark <= this.#told) return;
    const mark = this.mark;
    this.#pausing = true;
    this.#told = mark;
    this.tell(mark).catch(() => (this.#told = Math.min(this.#told, mark - 1)));
    this.ground.after(EVERY_MS, () => {
      this.#pausing = false;
      this.flush();
    });
  }
}
