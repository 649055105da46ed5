/** The people of a call as tiles: a picture, or who they are, and what one must know about them. Templates for Lit. */

import { html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { _ } from "fairmatch/i18n";
import { avatar } from "fairmatch/kit/avatar";
import { icon } from "fairmatch/kit/icon";

/**
 * @typedef {import("./call.js").Call} Call
 * @typedef {import("./call.js").Card} Card
 * @typedef {object} Tile
 * @property {string} key
 * @property {Card} card
 * @property {MediaStreamTrack | undefined} picture
 * @property {boolean} muted
 * @property {boolean} speaks
 * @property {boolean} ready
 * @property {boolean} own
 * @property {boolean} screen
 * @property {boolean} hand
 * @property {string} reaction
 * @property {import("./call.js").Other} [other]
 */

/** @type {WeakMap<MediaStreamTrack, MediaStream>} */
const streams = new WeakMap();

/** The same stream for a track each time: another one would make a picture begin anew. @param {MediaStreamTrack} track */
export function streamOf(track) {
  const stream = streams.get(track) ?? new MediaStream([track]);
  streams.set(track, stream);
  return stream;
}

/** All tiles: screens first, oneself last. @param {Call} call @returns {{ screens: Tile[], people: Tile[] }} */
export function tilesOf(call) {
  const others = call.others;
  const screens = others.filter(({ tracks }) => tracks.screen).map((other) => tileOf(call, other, true));
  return { screens, people: [...others.map((other) => tileOf(call, other, false)), ownTile(call)] };
}

/** @param {Call} call @param {import("./call.js").Other} other @param {boolean} screen @returns {Tile} */
function tileOf(call, other, screen) {
  const picture = screen ? other.tracks.screen : other.tracks.camera;
  const speaks = !screen && call.speaks(other);
  return { key: `${other.id}${screen ? ".screen" : ""}`, card: call.card(other.person), picture, muted: other.muted, speaks, ready: other.ready, own: false, screen, other, ...signsOf(call, screen ? "" : other.person) };
}

/** @param {Call} call @returns {Tile} */
function ownTile(call) {
  const { media, live } = call;
  const card = { id: live.person, name: _("You") };
  const picture = media.isOn("camera") ? (media.tracks.camera ?? undefined) : undefined;
  return { key: "own", card, picture, muted: !media.isOn("microphone"), speaks: false, ready: true, own: true, screen: false, ...signsOf(call, live.person) };
}

/** @param {Call} call @param {string} person */
function signsOf({ signs }, person) {
  return { hand: signs.hands.has(person), reaction: signs.reactions.get(person) ?? "" };
}

/** The tiles that are shown large: what one has pinned, else screens, else whoever speaks or spoke last.
 * @param {Call} call @param {Tile[]} screens @param {Tile[]} people @returns {Tile[]} */
export function largeOf(call, screens, people) {
  const pinned = [...screens, ...people].filter(({ key }) => key === call.pinned);
  if (pinned.length || screens.length) return pinned.length ? pinned : screens;
  if (!call.isSpeakerView) return [];
  const others = people.filter(({ own }) => !own);
  const ranked = others.filter(({ other }) => other?.rank !== undefined).sort((a, b) => Number(a.other?.rank) - Number(b.other?.rank));
  return [others.find(({ speaks }) => speaks) ?? ranked[0] ?? others[0]].filter((tile) => tile !== undefined);
}

/** Who is shown where there is room for one: whoever shares a screen, speaks, or came first. @param {Call} call */
export function shownOf(call) {
  const { screens, people } = tilesOf(call);
  const others = people.filter(({ own }) => !own);
  return screens[0] ?? others.find(({ speaks }) => speaks) ?? others.find(({ picture }) => picture) ?? others[0];
}

/** @param {Call} call */
export function stage(call) {
  const { screens, people } = tilesOf(call);
  const large = largeOf(call, screens, people);
  const rest = [...screens, ...people].filter((tile) => !large.includes(tile));
  if (large.length > 0)
    return html`<div class="call-speaker"><div class="call-main">${repeat(large, ({ key }) => key, (tile) => tileView(call, tile))}</div>
      <ul class="call-strip" aria-label=${_("In the call")}>${repeat(rest, ({ key }) => key, (tile) => html`<li>${tileView(call, tile)}</li>`)}</ul></div>`;
  return html`<ul class="call-grid" data-count=${Math.min(people.length, 10)} aria-label=${_("In the call")}>${
    repeat(people, ({ key }) => key, (tile) => html`<li>${tileView(call, tile)}</li>`)}</ul>`;
}

/** @param {Call} call @param {Tile} tile */
function tileView(call, tile) {
  const { card, picture, muted, speaks, ready, own, screen, hand, reaction } = tile;
  const classes = ["call-tile", speaks && "is-speaking", own && "is-own", screen && "is-screen"].filter(Boolean).join(" ");
  return html`<figure class=${classes} data-tile=${screen ? `${card.id}.screen` : card.id}>
    ${picture ? html`<video .srcObject=${streamOf(picture)} autoplay playsinline muted .muted=${true}></video>`
      : html`<span class="call-face">${avatar({ ...card, photo: card.photo ?? "", size: "huge" })}</span>`}
    ${reaction ? html`<span class="call-reaction" aria-hidden="true">${reaction}</span>` : nothing}
    <figcaption class="call-name">${hand ? html`<span class="call-hand" role="img" aria-label=${_("wants to speak")}>${icon("hand")}</span>` : nothing}${muted && !screen ? html`<span class="call-muted" role="img" aria-label=${_("microphone off")}>${icon("mic-off")}</span>` : nothing}
      <bdi>${screen ? _("%(name)s shows a screen", { name: card.name }) : card.name}</bdi>
      ${ready ? nothing : html`<span class="call-wait">${_("is connecting")}</span>`}</figcaption>
    ${own && !picture ? nothing : pinButton(call, tile)}
    ${call.moderates && tile.other && !screen ? moderation(call, tile.other, card) : nothing}
  </figure>`;
}

/** @param {Call} call @param {Tile} tile */
function pinButton(call, { key, card }) {
  if (call.others.length < 2 && !call.pinned && call.others.every(({ tracks }) => !tracks.screen)) return nothing;
  const isPinned = call.pinned === key;
  const label = isPinned ? _("Show %(name)s like the others", { name: card.name }) : _("Keep %(name)s large", { name: card.name });
  return html`<button type="button" class="button button-plain button-icon call-pin" title=${label} aria-label=${label} aria-pressed=${isPinned}
    @click=${() => call.pin(key)}>${isPinned ? icon("pin-off") : icon("pin")}</button>`;
}

/** @param {Call} call @param {import("./call.js").Other} other @param {Card} card */
function moderation(call, other, card) {
  const mute = _("Mute %(name)s", { name: card.name });
  const remove = _("Remove %(name)s from the call", { name: card.name });
  return html`<div class="call-moderation">
    ${other.muted ? nothing : html`<button type="button" class="button button-plain button-icon" title=${mute} aria-label=${mute} @click=${() => call.silence(other)}>${icon("mic-off")}</button>`}
    <button type="button" class="button button-plain button-icon" title=${remove} aria-label=${remove} data-remove @click=${() => call.remove(other)}>${icon("user-x")}</button>
  </div>`;
}
