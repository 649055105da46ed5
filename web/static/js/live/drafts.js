/**
 * What somebody began to write and did not send, per channel: it is there again after a reload or another visit.
 *
 * @typedef {{ text: string, called: Record<string, string> }} Draft  called: id by name, as picked from the list
 */

export class Drafts {
  /** @param {import("./kept.js").Kept} kept */
  constructor(kept) {
    this.kept = kept;
  }

  /** @param {string} channel @returns {Draft | null} */
  of(channel) {
    return this.kept.read(channel);
  }

  /** @param {string} channel @param {Draft} draft  an empty text forgets it */
  keep(channel, draft) {
    if (draft.text) this.kept.write(channel, draft);
    else this.kept.remove(channel);
  }
}
