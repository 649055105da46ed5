/** Everybody in a call as a list, for its moderators: also who watches a large stage, and has no tile on it. */

import { html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { _, ngettext } from "fairmatch/i18n";
import { openDialog } from "fairmatch/call/dialog";
import { moderation } from "fairmatch/call/moderation";
import { avatar } from "fairmatch/kit/avatar";
import { icon } from "fairmatch/kit/icon";

/** @typedef {import("./call.js").Call} Call @typedef {import("./call.js").Other} Other */

/** So many are listed at once, and from so many on there is a search. */
const LISTED_MOST = 50;
const SEARCHED_FROM = 9;
/** Pages of a large room's people that are loaded for their names. */
const PAGES_MOST = 50;

/** @param {Call} call */
export function showPeople(call) {
  let words = "";
  /** Who was put out from this list, by their id. @type {Map<string, { name: string, readmit: () => Promise<boolean> }>} */
  const out = new Map();
  const search = (/** @type {any} */ { target }) => {
    words = target.value;
    draw();
  };
  const leave = (/** @type {Other} */ { person }) => (/** @type {string} */ name, /** @type {() => Promise<boolean>} */ readmit) => {
    out.set(person, { name, readmit });
    draw();
  };
  const readmit = async (/** @type {string} */ person) => {
    if (await out.get(person)?.readmit()) out.delete(person);
    draw();
  };
  const draw = openDialog(_("Who is here"), () => {
    const found = peopleOf(call, words);
    const more = found.length - LISTED_MOST;
    return html`<div class="stack gap-4">
      ${call.others.length >= SEARCHED_FROM ? html`<div class="field-box"><span class="field-before">${icon("search")}</span><input class="input" type="search" aria-label=${_("Search by name")} placeholder=${_("Search by name")} autocomplete="off" @input=${search}></div>` : nothing}
      ${[...out].map(([person, { name }]) => html`<p class="call-out" role="status"><span>${_("%(name)s is out of the call, and cannot come back in.", { name })}</span>
        <button type="button" class="button button-plain" data-readmits @click=${() => void readmit(person)}>${_("Let them in again")}</button></p>`)}
      ${found.length > 0 ? html`<ul class="call-people">${repeat(found.slice(0, LISTED_MOST), ({ id }) => id, (other) => row(call, other, leave(other)))}</ul>`
        : html`<p class="muted">${words ? _("Nobody here is called that.") : _("Nobody else is here yet.")}</p>`}
      ${more > 0 ? html`<p class="small muted">${ngettext("And %(num)s more: search for a name.", "And %(num)s more: search for a name.", more)}</p>` : nothing}</div>`;
  }, call);
  void loadNames(call);
}

/** @param {Call} call @param {Other} other @param {(name: string, readmit: () => Promise<boolean>) => void} isOut */
function row(call, other, isOut) {
  const card = call.card(other.person);
  const said = call.signs.hands.has(other.person) ? _("wants to speak") : other.watches ? _("watches") : "";
  return html`<li data-person=${other.person}>${avatar({ ...card, photo: card.photo ?? "", size: "small" })}
    <span class="call-person"><bdi>${card.name}</bdi>${said ? html`<span class="small muted">${said}</span>` : nothing}</span>
    ${moderation(call, other, "camera", isOut)}</li>`;
}

/** Who wants to speak first, then who sends, then who watches, each by name. @param {Call} call @param {string} words */
function peopleOf(call, words) {
  const wanted = folded(words.trim());
  const rank = (/** @type {Other} */ { person, watches }) => (call.signs.hands.has(person) ? 0 : watches ? 2 : 1);
  const named = call.others.map((other) => ({ other, name: call.card(other.person).name }));
  return named.filter(({ name }) => folded(name).includes(wanted))
    .sort((a, b) => rank(a.other) - rank(b.other) || a.name.localeCompare(b.name)).map(({ other }) => other);
}

/** Without case and accents. @param {string} text */
function folded(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

/** A large room names its first people by itself, and the others when they are asked for. @param {Call} call */
async function loadNames({ people }) {
  for (let page = 0; people && page < PAGES_MOST && people.people.length < people.count; page++) {
    const before = people.people.length;
    await people.more().catch(() => {});
    if (people.people.length <= before) return;
  }
}
