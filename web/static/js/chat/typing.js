import { html, nothing } from "lit";
import { _ } from "fairmatch/i18n";

/** The line that says who is writing, as kit/chat.html has it. @param {string[]} names */
export function typingLine(names) {
  const dots = html`<span class="typing-dots" aria-hidden="true"><span></span><span></span><span></span></span>`;
  return html`<p class="typing" aria-live="off">${names.length ? html`${dots}<span dir="auto">${who(names)}</span>` : nothing}</p>`;
}

/** @param {string[]} names */
function who([one, two, third]) {
  if (third !== undefined) return _("Several people are writing");
  if (two !== undefined) return _("%(one)s and %(two)s are writing", { one, two });
  return _("%(name)s is writing", { name: one });
}
