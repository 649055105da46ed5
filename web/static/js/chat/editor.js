import { html } from "lit";
import { ref } from "lit/directives/ref.js";
import { _ } from "fairmatch/i18n";
import { composes } from "fairmatch/chat/enter";
import { grow } from "fairmatch/chat/grow";
import { clean, withMentions, withoutMentions } from "fairmatch/chat/text";

/**
 * A message being corrected, in its own place.
 *
 * @typedef {import("../live/timeline.js").Row} Row
 */

/** @param {Row} row @param {(row: Row, text: string | null) => void} save  null: leave it as it was */
export function editor(row, save) {
  const { text, called } = withoutMentions(row.message.text);
  /** @type {HTMLTextAreaElement | null} */
  let area = null;
  const finish = () => {
    const typed = clean(area?.value ?? "");
    if (!typed) return;
    const changed = withMentions(typed, called);
    save(row, changed === row.message.text ? null : changed);
  };
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    event.stopPropagation();
    if (composes(event)) return;
    if (event.key === "Escape") save(row, null);
    else if (event.key === "Enter" && !event.shiftKey) finish();
    else return;
    event.preventDefault();
  };
  const fit = () => void (area && grow(area));
  return html`<form class="message-editor" @submit=${(/** @type {Event} */ event) => { event.preventDefault(); finish(); }}>
    <textarea class="composer-text" rows="2" maxlength="4000" aria-label=${_("Correct the message")} .value=${text}
      @keydown=${onKey} @focus=${fit} @input=${fit} ${ref((element) => { area = /** @type {HTMLTextAreaElement | null} */ (element ?? null); })}></textarea>
    <button type="submit" class="button button-primary button-small">${_("Save")}</button>
    <button type="button" class="button button-small" @click=${() => save(row, null)}>${_("Cancel")}</button>
  </form>`;
}
