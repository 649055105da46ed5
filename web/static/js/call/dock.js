/** A running call on all pages but its own: a small window with the way back and out; and the keys of a call. */

import { html, nothing, render } from "lit";
import { _ } from "fairmatch/i18n";
import { whatBecame } from "fairmatch/call/alone";
import { leaveButton, partButton, popOutButton } from "fairmatch/call/bar";
import { calls, current, hasPageOf, interrupted, letGo } from "fairmatch/call/current";
import { playing } from "fairmatch/call/playing";
import { isRecorded, recordingsOf, whyStopped } from "fairmatch/call/recorded";
import { shownOf } from "fairmatch/call/tiles";
import { avatar } from "fairmatch/kit/avatar";
import { icon } from "fairmatch/kit/icon";
import { onPage } from "fairmatch/kit/page";

/** What it was drawn in last: an error's page takes the dock away. @type {HTMLElement | null} */
let drawn = null;

function draw() {
  const dock = document.getElementById("dock");
  if (!dock) return;
  const call = current();
  const shown = call && !hasPageOf(call.place.topic) ? call : null;
  const before = call || hasPageOf(interrupted()?.topic) ? null : interrupted();
  if (drawn && (!dock.contains(drawn) || (!shown && !before))) close(drawn);
  if (!shown && !before) return;
  drawn ??= begin(dock);
  render(shown ? view(shown) : returnView(/** @type {any} */ (before)), drawn);
}

/** @param {HTMLElement} dock */
function begin(dock) {
  const place = document.createElement("section");
  place.className = "dock-call";
  place.setAttribute("aria-label", _("Your call"));
  dock.append(place);
  return place;
}

/** What plays in it ends with it; whoever pressed a key in it goes on where the page begins. @param {HTMLElement} place */
function close(place) {
  const hadFocus = place.contains(document.activeElement);
  render(nothing, place);
  place.remove();
  drawn = null;
  if (hadFocus) document.getElementById("main")?.focus({ preventScroll: true });
}

/** A call that loading a page anew has cut off. @param {import("./kept-call.js").KeptCall} before */
function returnView({ name, path }) {
  return html`<p class="dock-name one-line"><bdi>${name}</bdi></p>
    <p class="small muted">${_("Loading the page has interrupted your call.")}</p>
    <div class="row"><a class="button button-primary" href=${path}>${_("Back to the call")}</a>
      <button type="button" class="button button-plain" @click=${letGo}>${_("Stay out")}</button></div>`;
}

/** @param {import("./call.js").Call} call */
function view(call) {
  const tile = shownOf(call);
  return html`<a class="dock-picture" href=${call.place.path} aria-label=${_("Back to the call")}>
      ${tile?.picture ? html`<video .srcObject=${playing(tile.picture)} autoplay playsinline muted .muted=${true}></video>`
        : html`<span class="call-face">${tile ? avatar({ ...tile.card, photo: tile.card.photo ?? "", size: "large" }) : icon("phone")}</span>`}</a>
    <div class="dock-head"><p class="dock-name one-line"><bdi>${call.place.name}</bdi></p>${popOutButton()}</div>
    ${isRecorded(call) ? html`<p class="small"><a class="link" href=${recordingsOf(call)}>${_("This call is being recorded.")}</a></p>` : nothing}
    <p class="small muted dock-line" role="status">${call.trouble || whyStopped(call) || whatBecame(call)}</p>
    <div class="row">${partButton(call, "microphone")}
      <a class="button button-plain" href=${call.place.path}>${_("Return")}</a>${leaveButton(call)}</div>`;
}

calls.addEventListener("change", draw);
onPage(draw);
