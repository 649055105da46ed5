import { html, nothing, render } from "lit";
import { guard } from "lit/directives/guard.js";
import { _, ngettext } from "fairmatch/i18n";
import { icon } from "fairmatch/kit/icon";
import { toast } from "fairmatch/kit/toast";
import { unreadAbove } from "fairmatch/live/timeline";
import { Announcer } from "fairmatch/chat/announcer";
import { Composer } from "fairmatch/chat/composer";
import { confirmed } from "fairmatch/chat/confirm";
import { firstNew } from "fairmatch/chat/layout";
import { Log } from "fairmatch/chat/log";
import { authorsOf, matching } from "fairmatch/chat/people";
import { Picker } from "fairmatch/kit/picker";
import { whyClosed } from "fairmatch/chat/reasons";
import { typingLine } from "fairmatch/chat/typing";

/**
 * Joins a channel's store with what one sees and does: list, composer, pill, typing, announcements.
 *
 * @typedef {import("../live/channel.js").Channel} Channel
 * @typedef {import("../live/session.js").Session} Session
 * @typedef {import("../live/timeline.js").Row} Row
 * @typedef {import("../live/types.js").ChatMessage} Message
 *
 * @typedef {object} State  what the page brings along
 * @property {string} channel
 * @property {"room" | "direct"} kind
 * @property {{ id: string, name: string, photo: string | null }} me
 * @property {{ text: number, edit_s: number }} limits
 * @property {string[]} emoji
 * @property {string} zone
 */

/** A change under way for longer than this says so, in ms. */
const SLOW_MS = 1_500;
/** Pause after older messages could not be had, in ms. */
const OLDER_AGAIN_MS = 5_000;
/** Browsers' timers do not reach further than some weeks; nobody waits for longer than this, in ms. */
const DAY_MS = 86_400_000;

export class Conversation {
  #leaving = new AbortController();
  #isDue = false;
  #mayFetch = true;
  #looksAgain = () => {};
  #opensAgain = () => {};
  /** The read mark of the moment when one went away: what others wrote above it is new; null: one was here all the time.
   * @type {number | null} */
  #newAfter = null;

  /** @param {HTMLElement} element @param {State} state @param {Session} live @param {Channel} channel */
  constructor(element, state, live, channel) {
    this.element = element;
    this.state = state;
    this.live = live;
    this.channel = channel;
    this.log = new Log(part(element, "div", "chat-log", false), this.#view(), {
      moved: () => this.#moved(),
      older: () => void this.#older(),
      leave: () => this.composer?.focus(),
    });
    this.pill = part(element, "div", "chat-pill");
    this.typing = part(element, "div", "chat-typing");
    const region = part(element, "p", "chat-announcer visually-hidden");
    region.setAttribute("role", "status");
    this.announcer = new Announcer(region, live.ground.after);
    this.picker = new Picker(part(element, "div", "reaction-picker"), state.emoji);
    this.composer = this.#composer();
    this.#prepare();
    this.#listen();
    this.#newAfter = channel.reading.mark;
    // Before anything counts as read: what is new may be further up than one sees.
    this.#show();
    const left = live.left.get(channel.topic);
    if (!left || !this.log.backTo(left)) this.log.toNew();
    this.#draw();
    this.#isBack();
    if (!this.log.following) this.#goesAway();
  }

  close() {
    this.#leaving.abort();
    this.#looksAgain();
    this.#opensAgain();
    this.log.close();
  }

  #prepare() {
    this.log.place.setAttribute("aria-live", "off");
    this.log.place.removeAttribute("tabindex");
    for (const old of this.element.querySelectorAll(":scope > .typing")) old.remove();
  }

  #listen() {
    const { signal } = this.#leaving;
    const { channel, live, announcer } = this;
    channel.addEventListener("change", () => this.#due(), { signal });
    channel.addEventListener("typing", () => this.#drawTyping(), { signal });
    channel.addEventListener("arrived", (event) => announcer.tell(/** @type {CustomEvent} */ (event).detail), { signal });
    live.line.addEventListener("state", () => this.#lineChanged(), { signal });
    live.line.addEventListener("live", () => this.#isBack(), { signal });
    live.line.addEventListener("seen", () => this.#isBack(), { signal });
    document.addEventListener("visibilitychange", () => this.#looked(), { signal });
    document.addEventListener("toggle", () => this.log.look(), { signal, capture: true });
    // Another page comes: what is out of the document stands nowhere any more.
    document.addEventListener("turbo:before-render", () => this.#keepsPlace(), { signal });
  }

  /** @returns {import("./row.js").View} */
  #view() {
    const { state, channel } = this;
    return {
      me: state.me.id,
      look: state.kind === "direct" ? "bubble" : "row",
      zone: state.zone,
      active: null,
      entry: null,
      editing: null,
      slow: new Set(),
      connected: false,
      rights: (message) => this.#rights(message),
      actions: {
        react: ({ message }, emoji, on) => channel.react(message.id, emoji, on),
        pick: (row, opener) => this.#pick(row, opener),
        edit: (row) => this.#edit(row.key),
        save: (row, text) => this.#save(row, text),
        remove: (row) => void this.#remove(row),
        again: ({ entry }) => entry && this.live.outbox.again(entry.cid),
        discard: ({ entry }) => entry && this.live.outbox.discard(entry.cid),
      },
    };
  }

  #composer() {
    const form = this.element.querySelector("form.composer");
    if (!(form instanceof HTMLFormElement)) return null;
    const { channel, state, live } = this;
    return new Composer(form, part(this.element, "div", "mention-place"), {
      send: (text) => this.#send(text),
      typed: () => channel.typing.typed(),
      editLast: () => this.#editLast(),
      draft: live.drafts.of(state.channel),
      keep: (draft) => live.drafts.keep(state.channel, draft),
      near: (q) => matching(authorsOf(channel.timeline.messages, live.here()), q, state.me.id),
      far: async (q) => (await live.line.request("chat.mentionable", { channel: state.channel, q })).people,
    });
  }

  /** Many events come at once; draw after the last of them. */
  #due() {
    if (this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      if (!this.#leaving.signal.aborted) this.#draw();
    });
  }

  #draw() {
    this.#read();
    this.#show();
  }

  #show() {
    const { channel, log, state } = this;
    const rows = channel.rows();
    log.view.connected = this.live.line.state === "live";
    log.view.slow = this.#slow(rows);
    log.show({
      rows,
      newKey: firstNew(rows, state.me.id, this.#newAfter)?.key ?? null,
      more: channel.more,
      fetching: channel.fetching,
      ready: channel.status !== "loading",
    });
    this.#drawPill();
    this.#openComposer();
    this.#dropFailedReactions();
  }

  /** What one follows with one's eyes is read. */
  #read() {
    if (!this.log.following || !this.log.isShown || document.visibilityState !== "visible") return;
    this.channel.trim();
    this.channel.seen();
  }

  #drawPill() {
    const { channel, log, state } = this;
    const unread = log.following ? 0 : unreadAbove(channel.timeline.messages, channel.reading.mark, state.me.id);
    const words = unread ? ngettext("%(num)s new", "%(num)s new", unread) : _("To the newest");
    render(log.following ? nothing : html`<button type="button" class="new-pill" @click=${() => this.#toEnd()}>${guard([], () => icon("arrow-down"))}<span>${words}</span></button>`, this.pill);
  }

  #drawTyping() {
    render(typingLine(this.channel.typing.names), this.typing);
  }

  /** Rows that have been under way for a while; comes back when others might be. @param {Row[]} rows */
  #slow(rows) {
    const under = rows.filter(({ stage }) => stage === "waiting" || stage === "sending");
    const now = this.live.ground.now();
    const ages = under.map(({ entry }) => now - Date.parse(entry?.at ?? ""));
    this.#looksAgain();
    if (ages.some((age) => age < SLOW_MS)) this.#looksAgain = this.live.ground.after(SLOW_MS, () => this.#due());
    return new Set(under.filter((_row, index) => ages[index] >= SLOW_MS).map(({ key }) => key));
  }

  #moved() {
    if (!this.log.following || !this.log.isShown) this.#goesAway();
    this.#due();
  }

  #toEnd() {
    this.log.toEnd();
    this.composer?.focus();
  }

  #looked() {
    if (document.visibilityState === "hidden") this.#goesAway();
    else this.#due();
  }

  #lineChanged() {
    if (this.live.line.state !== "live") this.#goesAway();
    this.#due();
  }

  #keepsPlace() {
    const { left } = this.live;
    const reads = this.log.isShown ? this.log.reads : null;
    if (reads) left.set(this.channel.topic, reads);
    else left.delete(this.channel.topic);
  }

  /** One looks elsewhere, or the line is gone: what comes from now on will be new. */
  #goesAway() {
    this.#newAfter = this.channel.reading.mark;
  }

  /** Everything that came meanwhile is here. Where it was nothing, there is no line to be drawn later either. */
  #isBack() {
    if (this.log.isShown && !firstNew(this.channel.rows(), this.state.me.id, this.#newAfter)) this.#newAfter = null;
    this.#due();
  }

  async #older() {
    if (!this.#mayFetch) return;
    this.#mayFetch = false;
    try {
      await this.channel.older();
      this.#mayFetch = true;
    } catch {
      this.live.ground.after(OLDER_AGAIN_MS, () => (this.#mayFetch = true));
    }
  }

  #openComposer() {
    const { rights } = this.channel;
    const maySend = this.#maySend();
    this.composer?.close(maySend ? "" : whyClosed(rights, this.state.zone));
    this.#opensAgain();
    const rest = Date.parse(rights.until ?? "") - this.live.ground.now();
    if (!maySend && rest > 0 && rest < DAY_MS) this.#opensAgain = this.live.ground.after(rest, () => this.#due());
  }

  #maySend() {
    return this.channel.maySend(this.live.ground.now());
  }

  /** @param {Message} message */
  #rights(message) {
    const maySend = this.#maySend();
    const isOwn = message.author.id === this.state.me.id;
    const age = this.live.ground.now() - Date.parse(message.at);
    return {
      react: maySend,
      edit: isOwn && maySend && age < this.state.limits.edit_s * 1_000,
      remove: isOwn || this.channel.rights.moderate,
    };
  }

  /** @param {string} text */
  #send(text) {
    this.#newAfter = null;
    this.channel.send(text);
    this.log.toEnd();
  }

  /** @param {Row} row @param {HTMLElement} opener */
  #pick({ message }, opener) {
    const mine = message.reactions.filter(({ people }) => people.includes(this.state.me.id)).map(({ emoji }) => emoji);
    this.picker.open(opener, mine, (emoji) => this.channel.react(message.id, emoji, !mine.includes(emoji)));
  }

  #editLast() {
    const isMine = (/** @type {Row} */ { message, stage }) =>
      !stage && !message.deleted && message.author.id === this.state.me.id && this.#rights(message).edit;
    const row = this.channel.rows().findLast(isMine);
    if (row) this.#edit(row.key);
  }

  /** @param {string} key */
  #edit(key) {
    this.log.view.editing = key;
    this.log.focus(key);
  }

  /** @param {Row} row @param {string | null} text */
  #save({ key, message }, text) {
    this.log.view.editing = null;
    if (text !== null) this.channel.edit(message.id, text);
    this.log.focus(key);
  }

  /** @param {Row} row */
  async #remove({ key, message }) {
    const question = { title: _("Delete this message?"), verb: _("Delete") };
    const isSure = await confirmed(this.element, { ...question, text: _("It disappears for everybody. This cannot be undone.") });
    if (isSure) this.channel.remove(message.id);
    this.log.focus(key);
  }

  /** A reaction that could not be set is not worth a row of its own. */
  #dropFailedReactions() {
    const { outbox } = this.live;
    const failed = outbox.of(this.state.channel).filter(({ method, stage }) => method === "chat.react" && stage === "failed");
    for (const { cid } of failed) outbox.discard(cid);
    if (failed.length) toast(_("Your reaction could not be saved."), { error: true });
  }
}

/**
 * A part of the island that the server rendered, or may have.
 * @param {HTMLElement} element @param {string} tag @param {string} classes
 * @param {boolean} [emptied]  whether what the server put there goes
 * @returns {HTMLElement}
 */
function part(element, tag, classes, emptied = true) {
  const found = element.querySelector(`:scope > .${classes.split(" ")[0]}`);
  if (found instanceof HTMLElement) {
    if (emptied) found.replaceChildren();
    return found;
  }
  const made = Object.assign(document.createElement(tag), { className: classes });
  element.insertBefore(made, element.querySelector(":scope > form.composer"));
  return made;
}
