import { html, nothing } from "lit";
import { guard } from "lit/directives/guard.js";
import { _, day, ngettext, time } from "fairmatch/i18n";
import { avatar } from "fairmatch/kit/avatar";
import { icon } from "fairmatch/kit/icon";
import { editor } from "fairmatch/chat/editor";
import { notSent } from "fairmatch/chat/reasons";
import { parts } from "fairmatch/chat/text";

/**
 * One message, day or line as the kit draws it (web/templates/kit/chat.html), with what only the browser has: tools,
 * an editor, the state of what is under way.
 *
 * @typedef {import("./layout.js").Item} Item
 * @typedef {import("../live/timeline.js").Row} Row
 * @typedef {import("../live/types.js").ChatMessage} Message
 * @typedef {import("../live/types.js").ReactionSummary} Reaction
 * @typedef {import("lit").TemplateResult | typeof nothing} Drawn
 *
 * @typedef {object} View  how the conversation is looked at
 * @property {string} me  id
 * @property {"row" | "bubble"} look
 * @property {string} [zone]
 * @property {string | null} active  key of the row that has the tools: under the pointer, or with the focus
 * @property {string | null} entry  key of the row that Tab leads to
 * @property {string | null} editing  key of the row that is being edited
 * @property {Set<string>} slow  keys of rows that have been under way for a while
 * @property {boolean} connected
 * @property {(message: Message) => { edit: boolean, remove: boolean, react: boolean }} rights
 * @property {Actions} actions
 *
 * @typedef {object} Actions
 * @property {(row: Row, emoji: string, on: boolean) => void} react
 * @property {(row: Row, opener: HTMLElement) => void} pick  choose a reaction
 * @property {(row: Row) => void} edit
 * @property {(row: Row, text: string | null) => void} save  null: leave it as it was
 * @property {(row: Row) => void} remove
 * @property {(row: Row) => void} again
 * @property {(row: Row) => void} discard
 */

/**
 * @param {Item} item @param {View} view
 */
export function drawn(item, view) {
  if (item.kind === "day") return html`<li class="day"><span>${day(item.at, view.zone)}</span></li>`;
  if (item.kind === "new") return html`<li class="new-line"><span>${_("New")}</span></li>`;
  const { row, follows, key } = item;
  const [active, entry, editing] = [view.active === key, view.entry === key, view.editing === key];
  const slow = view.slow.has(key) || row.stage === "failed";
  const seen = [row.message, row.stage, follows, active, entry, editing, slow, slow && view.connected];
  return guard(seen, () => message(row, { follows, active, entry, editing, slow }, view));
}

/**
 * @typedef {{ follows: boolean, active: boolean, entry: boolean, editing: boolean, slow: boolean }} Standing
 * @param {Row} row @param {Standing} standing @param {View} view
 */
function message(row, standing, view) {
  const { id, author, at } = row.message;
  const { key } = row;
  return html`<li class=${classes(row, standing, view)} id="message-${id}" data-key=${key}
      tabindex=${standing.entry ? "0" : "-1"} aria-labelledby="head-${key} text-${key}">
    <span class="message-picture">${standing.follows ? nothing : avatar({ ...author, photo: author.photo ?? "" })}</span>
    <div class="message-body">
      <p class=${standing.follows ? "message-head visually-hidden" : "message-head"} id="head-${key}"><span class="message-name"><bdi>${author.name || _("Former participant")}</bdi></span>
        <time class="message-time" datetime=${at}>${time(new Date(at), { zone: view.zone })}</time></p>
      ${standing.editing ? editor(row, view.actions.save) : words(row, view)}
      ${standing.slow ? note(row, view) : nothing}
      ${row.message.reactions.length ? reactions(row, standing, view) : nothing}
    </div>
    ${standing.active && !standing.editing ? tools(row, view) : nothing}
  </li>`;
}

/** @param {Row} row @param {Standing} standing @param {View} view */
function classes({ message, stage }, { follows, slow }, { look, me }) {
  const isOwn = message.author.id === me;
  const words = ["message", `message-${look}`];
  if (isOwn) words.push("message-own");
  if (follows) words.push("message-follows");
  if (stage === "failed") words.push("message-failed");
  else if (slow) words.push("message-sending");
  if (!isOwn && message.mentions.includes(me)) words.push("message-mentioned");
  return words.join(" ");
}

/** @param {Row} row @param {View} view */
function words({ key, message }, { me }) {
  if (message.deleted) return html`<p class="message-text message-gone" id="text-${key}">${_("This message was deleted.")}</p>`;
  return html`<div class="message-text" id="text-${key}" dir="auto">${parts(message.text).map((part) => word(part, me))}${
    message.edited_at ? html` <span class="message-edited">${_("edited")}</span>` : nothing}</div>`;
}

/** @param {import("./text.js").Part} part @param {string} me */
function word(part, me) {
  if ("text" in part) return part.text;
  if ("url" in part) return html`<a href=${part.url} rel="noopener nofollow ugc" target="_blank">${part.url}</a>`;
  const names = part.person === me ? "mention mention-me" : "mention";
  return html`<span class=${names} data-person=${part.person}><bdi>@${part.name}</bdi></span>`;
}

/** @param {Row} row @param {View} view */
function note(row, { connected, actions }) {
  if (row.stage !== "failed")
    return html`<p class="message-note">${guard([], () => icon("clock"))}${connected ? _("Sending") : _("Kept here, and sent once you are connected")}</p>`;
  return html`<p class="message-note message-note-failed">${guard([], () => icon("circle-alert"))}${notSent(row.entry)}
    <button type="button" class="link-button" @click=${() => actions.again(row)}>${_("Try again")}</button>
    <button type="button" class="link-button" @click=${() => actions.discard(row)}>${_("Discard")}</button></p>`;
}

/** @param {Row} row @param {Standing} standing @param {View} view */
function reactions(row, { active, entry }, { me, actions, rights }) {
  const mayReact = rights(row.message).react;
  return html`<ul class="reactions" aria-label=${_("Reactions")}>${row.message.reactions.map(({ emoji, count, people }) => {
    const isMine = people.includes(me);
    return html`<li><button type="button" class="reaction" data-emoji=${emoji} aria-pressed=${isMine}
      tabindex=${active || entry ? "0" : "-1"} aria-disabled=${mayReact ? nothing : "true"}
      aria-label=${ngettext("%(emoji)s from %(num)s person", "%(emoji)s from %(num)s people", count, { emoji })}
      @click=${() => actions.react(row, emoji, !isMine)}><span>${emoji}</span> <span class="figures">${count}</span></button></li>`;
  })}</ul>`;
}

/** @param {Row} row @param {View} view */
function tools(row, { rights, actions }) {
  if (row.stage || row.message.deleted) return nothing;
  const { react, edit, remove } = rights(row.message);
  if (!react && !edit && !remove) return nothing;
  return html`<div class="message-tools">
    ${react ? tool(_("React"), () => icon("smile-plus"), (opener) => actions.pick(row, opener)) : nothing}
    ${edit ? tool(_("Edit"), () => icon("pencil"), () => actions.edit(row)) : nothing}
    ${remove ? tool(_("Delete"), () => icon("trash-2"), () => actions.remove(row)) : nothing}
  </div>`;
}

/**
 * The picture is made once: one that is exchanged between pressing and letting go of the mouse takes the click with it.
 * @param {string} label @param {() => SVGElement} picture @param {(opener: HTMLElement) => void} act
 */
function tool(label, picture, act) {
  return html`<button type="button" class="button button-quiet button-icon" aria-label=${label} title=${label}
    @click=${(/** @type {Event} */ event) => act(/** @type {HTMLElement} */ (event.currentTarget))}>${guard([], picture)}</button>`;
}
