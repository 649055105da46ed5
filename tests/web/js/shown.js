import { Conversation } from "fairmatch/chat/conversation";
import { Session } from "fairmatch/live/session";
import { FakeGround, FakeStorage, message } from "/fakes.js";
import { settle } from "/harness.js";

export const LOBBY = "chat:lobby";
export const AYLIN = "0190a000-0000-7000-8000-000000000001";
export const BEN = { id: "0190a000-0000-7000-8000-000000000002", name: "Ben Krüger", photo: null };
export const me = { id: AYLIN, name: "Aylin", photo: null };
export const rights = { send: true, moderate: false, why: null, until: null };
const HTML = `<fm-none class="chat"><div class="chat-log" role="log" tabindex="0"></div><p class="typing"></p>
  <form class="composer"><textarea id="composer" class="composer-text" required></textarea><button class="composer-send">Send</button></form></fm-none>
  <div id="toasts"></div>`;

/** A conversation on the screen, before a server that the test plays. */
export async function shown(messages, more = {}, drafts = new FakeStorage()) {
  const ground = new FakeGround();
  ground.clock.now = Date.parse("2026-11-23T10:30:00Z");
  document.body.innerHTML = HTML;
  const element = document.querySelector(".chat");
  const log = element.querySelector(".chat-log");
  log.style.cssText = "height: 400px; overflow-y: auto; overflow-anchor: none; font: 16px/20px monospace";
  const live = new Session(AYLIN, ground, { tab: new FakeStorage(), all: drafts });
  const state = {
    channel: LOBBY, kind: "room", pos: { s: messages.length, epoch: "one" }, read: messages.length, me, rights,
    limits: { text: 4000, edit_s: 900 }, emoji: ["👍", "🎉"], zone: "Europe/Berlin", more: false, messages, ...more,
  };
  const { store } = live.channel(LOBBY, me);
  store.seed(state);
  const conversation = new Conversation(element, state, live, store);
  live.line.start();
  await settle();
  const epoch = { ok: true, epoch: "one", top: messages.length, recovered: true, events: [] };
  await ground.socket.welcome({ [LOBBY]: epoch });
  await frame();
  return { ground, socket: ground.socket, element, log, live, conversation, channel: store, area: element.querySelector("textarea") };
}

export const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));

/** A message that Aylin has just written. */
export const mine = (s) => message(s, { author: me, at: "2026-11-23T10:25:00Z" });

/** So many messages of Ben's. */
export const many = (count) => Array.from({ length: count }, (_, index) => message(index + 1, { author: BEN }));

export const rows = (log) => [...log.querySelectorAll(".message")];

export async function press(target, key, more = {}) {
  target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
  await settle();
}

export async function type(area, text) {
  area.focus();
  area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new InputEvent("input", { bubbles: true }));
  await settle();
}
