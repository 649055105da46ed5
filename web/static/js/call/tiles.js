/** The people of a call as tiles: a picture, or who they are, and what one must know about them. Templates for Lit. */

import { html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { _ } from "fairmatch/i18n";
import { SCREENS } from "fairmatch/call/media";
import { moderation } from "fairmatch/call/moderation";
import { playing } from "fairmatch/call/playing";
import { avatar } from "fairmatch/kit/avatar";
import { icon } from "fairmatch/kit/icon";

/**
 * @typedef {import("./call.js").Call} Call
 * @typedef {import("./call.js").Card} Card
 * @typedef {import("./media.js").Source} Source
 * @typedef {object} Tile
 * @property {string} key
 * @property {Source} source
 * @property {Card} card
 * @property {{ name?: string, photo?: string }} [face]  what stands for somebody without a picture, where the card does not say it
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

/** All tiles: others' screens first, oneself last. @param {Call} call @returns {{ screens: Tile[], people: Tile[] }} */
export function tilesOf(call) {
  const others = call.others.filter((other) => isSeen(call, other));
  const screens = others.flatMap((other) => SCREENS.filter((screen) => other.tracks[screen]).map((screen) => tileOf(call, other, screen)));
  const seconds = others.filter(({ tracks }) => tracks.camera_2).map((other) => tileOf(call, other, "camera_2"));
  return { screens, people: [...others.map((other) => tileOf(call, other, "camera")), ...seconds, ...ownTiles(call)] };
}

/** A moderator sees everybody on whom something may have to be done, as long as they are this few. */
const WATCHED_MOST = 24;

/** An audience has no tiles, but for who wants to speak. @param {Call} call @param {Pick<import("./call.js").Other, "watches" | "person">} one */
function isSeen({ isOnStage, signs, moderates, others }, { watches, person }) {
  return !isOnStage || !watches || signs.hands.has(person) || (moderates && others.length <= WATCHED_MOST);
}

/** @param {Call} call @param {import("./call.js").Other} other @param {Source} source @returns {Tile} */
function tileOf(call, other, source) {
  const first = source === "camera";
  const speaks = first && call.speaks(other);
  return { key: keyOf(other.id, source), source, card: call.card(other.person), picture: other.tracks[source], muted: other.muted, speaks, ready: other.ready, own: false, screen: SCREENS.includes(source), other, ...signsOf(call, first ? other.person : "") };
}

/** What one shows oneself, and oneself. @param {Call} call @returns {Tile[]} */
function ownTiles(call) {
  const { media, live } = call;
  const shown = /** @type {Source[]} */ ([...SCREENS, "camera_2"]).filter((source) => media.isOn(source));
  const watches = !call.may("microphone") && !call.may("camera");
  const isAudience = !isSeen(call, { watches, person: live.person });
  return isAudience ? [] : [...shown, /** @type {Source} */ ("camera")].map((source) => ({
    key: keyOf("own", source), source, card: { id: live.person, name: _("You") }, face: ownFace(), own: true, screen: SCREENS.includes(source),
    picture: media.isOn(source) ? (media.tracks[source] ?? undefined) : undefined,
    muted: !media.isOn("microphone"), speaks: false, ready: true, ...signsOf(call, source === "camera" ? live.person : ""),
  }));
}

/** One's own name and photo, as the page knows them: one's tile is called "You", and that has no initials. */
function ownFace() {
  const { name, photo } = /** @type {HTMLMetaElement | null} */ (document.querySelector("meta[name=fairmatch-person]"))?.dataset ?? {};
  return name ? { name, photo } : {};
}

/** @param {string} owner @param {Source} source */
function keyOf(owner, source) {
  return source === "camera" ? owner : `${owner}.${source}`;
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
  if (screens.length + people.length === 0) return nothing;
  const rest = [...screens, ...people].filter((tile) => !large.includes(tile));
  const canPin = screens.length + people.length > 1 || Boolean(call.pinned);
  if (large.length > 0)
    return html`<div class="call-speaker"><div class="call-main">${repeat(large, ({ key }) => key, (tile) => tileView(call, tile, canPin))}</div>
      <ul class="call-strip" aria-label=${_("In the call")}>${repeat(rest, ({ key }) => key, (tile) => html`<li>${tileView(call, tile, canPin)}</li>`)}</ul></div>`;
  return html`<ul class="call-grid" data-count=${Math.min(people.length, 10)} aria-label=${_("In the call")}>${
    repeat(people, ({ key }) => key, (tile) => html`<li>${tileView(call, tile, canPin)}</li>`)}</ul>`;
}

/** @param {Call} call @param {Tile} tile @param {boolean} canPin */
function tileView(call, tile, canPin) {
  const { card, face, source, picture, muted, speaks, ready, own, screen, hand, reaction } = tile;
  const classes = ["call-tile", speaks && "is-speaking", own && "is-own", screen && "is-screen"].filter(Boolean).join(" ");
  return html`<figure class=${classes} data-tile=${keyOf(card.id, source)}>
    ${picture && screen ? nothing : html`<span class="call-face">${avatar({ ...card, photo: card.photo ?? "", ...face, size: "huge" })}</span>`}
    ${picture ? html`<video .srcObject=${playing(picture)} autoplay playsinline muted .muted=${true}></video>` : nothing}
    ${reaction ? html`<span class="call-reaction" aria-hidden="true">${reaction}</span>` : nothing}
    <figcaption class="call-name">${hand ? html`<span class="call-hand" role="img" aria-label=${_("wants to speak")}>${icon("hand")}</span>` : nothing}${muted && source === "camera" ? html`<span class="call-muted" role="img" aria-label=${_("microphone off")}>${icon("mic-off")}</span>` : nothing}
      <bdi>${nameOf(tile)}</bdi>
      ${ready ? nothing : html`<span class="call-wait">${_("is connecting")}</span>`}</figcaption>
    ${!canPin || (own && !picture) ? nothing : pinButton(call, tile)}
    ${own && source !== "camera" ? stopButton(call, source) : nothing}
    ${call.moderates && tile.other ? moderation(call, tile.other, source) : nothing}
  </figure>`;
}

/** What a tile is called. @param {Tile} tile */
function nameOf({ card: { name }, source, own }) {
  if (source === "screen") return own ? _("Your screen") : _("%(name)s's screen", { name });
  if (source === "screen_2") return own ? _("Your second screen") : _("%(name)s's second screen", { name });
  if (source === "camera_2") return own ? _("Your second camera") : _("%(name)s's second camera", { name });
  return name;
}

/** @param {Call} call @param {Source} source */
function stopButton({ media }, source) {
  const label = source === "camera_2" ? _("Turn this camera off") : _("Stop sharing this");
  return html`<div class="call-moderation"><button type="button" class="button button-plain button-icon" title=${label} aria-label=${label} data-stop=${source} @click=${() => media.turnOff(source)}>${icon("x")}</button></div>`;
}

/** @param {Call} call @param {Tile} tile */
function pinButton(call, tile) {
  const { key } = tile;
  const isPinned = call.pinned === key;
  const name = nameOf(tile);
  const label = isPinned ? _("Show %(name)s like the others", { name }) : _("Keep %(name)s large", { name });
  return html`<button type="button" class="button button-plain button-icon call-pin" title=${label} aria-label=${label} aria-pressed=${isPinned}
    @click=${() => call.pin(key)}>${isPinned ? icon("pin-off") : icon("pin")}</button>`;
}
