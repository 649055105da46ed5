/**
 * How a channel's events change its messages, without any input or output. Messages are never changed in place:
 * whoever shows one sees by its identity whether it must be drawn again.
 *
 * @typedef {import("./types.js").ChatMessage} Message
 * @typedef {import("./types.js").ReactionSummary} Reaction
 * @typedef {import("./rules.js").Durable} Durable
 * @typedef {import("./outbox.js").Entry} Entry
 * @typedef {import("./outbox.js").Stage} Stage
 * @typedef {{ id: string, name: string, photo?: string | null }} Author
 *
 * @typedef {object} Row  a message as it is shown: with what is under way
 * @property {string} key  stays the same while an optimistic message becomes a real one
 * @property {Message} message
 * @property {Stage | null} stage  of the message itself, or of its edit or deletion; null: settled
 * @property {Entry | null} entry
 */

/** The messages of one channel that are loaded, oldest first. */
export class Timeline {
  /** @type {Message[]} */
  messages = [];
  /** Keys of the messages that were optimistic rows here before. @type {Map<string, string>} */
  #keys = new Map();

  /** @param {Message[]} messages */
  replace(messages) {
    this.messages = [...messages];
  }

  /** An older page; what is here already stays as it is. @param {Message[]} messages */
  prepend(messages) {
    const known = new Set(this.messages.map(({ id }) => id));
    this.messages = [...messages.filter(({ id }) => !known.has(id)), ...this.messages];
  }

  /** @param {string} id */
  find(id) {
    return this.messages.find((message) => message.id === id);
  }

  /** @param {Durable} event */
  apply(event) {
    if (event.k === "message.created") this.#create(event);
    else if (event.k === "person.erased") this.messages = this.messages.map((message) => without(message, event.d.person));
    else this.#change(event.d.id, changes(event));
  }

  /** Forget the oldest beyond a number of messages. @param {number} most @returns {boolean} whether any went */
  trim(most) {
    if (this.messages.length <= most) return false;
    this.messages = this.messages.slice(-most);
    return true;
  }

  /**
   * Everything to be shown, oldest first: the messages with the changes under way, then what is being sent.
   * @param {Entry[]} entries @param {Author} me
   * @returns {Row[]}
   */
  rows(entries, me) {
    const changed = groupByMessage(entries);
    const rows = this.messages.map((message) => this.#row(message, changed.get(message.id) ?? [], me));
    const sends = entries.filter(({ method, message }) => method === "chat.send" && !(message && this.find(message)));
    return [...rows, ...sends.map((entry) => optimistic(entry, me))];
  }

  /** @param {Message} message @param {Entry[]} entries @param {Author} me @returns {Row} */
  #row(message, entries, me) {
    const key = this.#keys.get(message.id) ?? message.id;
    const shown = entries.reduce((so, entry) => overlay(so, entry, me), message);
    const entry = entries.findLast(({ method }) => method !== "chat.react") ?? null;
    return { key, message: shown, stage: entry && entry.stage !== "sent" ? entry.stage : null, entry };
  }

  /** @param {Durable} event */
  #create({ s, d, cid }) {
    if (this.find(d.id)) return;
    if (cid) this.#keys.set(d.id, cid);
    this.messages = [...this.messages, { ...d, s }];
  }

  /** @param {string} id @param {(message: Message) => Message} change */
  #change(id, change) {
    const index = this.messages.findLastIndex((message) => message.id === id);
    if (index >= 0) this.messages = this.messages.with(index, change(this.messages[index]));
  }
}

/** @param {Durable} event @returns {(message: Message) => Message} */
function changes({ k, d }) {
  if (k === "message.edited")
    return (message) => ({ ...message, text: d.text, mentions: d.mentions, edited_at: d.edited_at });
  if (k === "message.deleted") return gone;
  if (k === "reaction.set") return (message) => withReaction(message, d.emoji, d.person, d.on, d.count);
  return (message) => message;
}

/**
 * A message after somebody left the product for good: nothing in it says who they were.
 * @param {Message} message @param {string} person
 * @returns {Message}
 */
function without(message, person) {
  if (message.author.id === person) return { ...gone(message), author: { id: "", name: "", photo: null } };
  if (!message.mentions.includes(person)) return message;
  const text = message.text.replaceAll(new RegExp(`@\\[[^\\[\\]\\n]*\\]\\(${person}\\)`, "g"), "@…");
  return { ...message, text, mentions: message.mentions.filter((id) => id !== person) };
}

/** @param {Message} message @returns {Message} */
function gone(message) {
  return { ...message, text: "", mentions: [], reactions: [], deleted: true };
}

/**
 * A message after somebody put a reaction on it, or took it off.
 * @param {Message} message @param {string} emoji @param {string} person @param {boolean} on
 * @param {number} [count]  what the server counted; without it, one more or one less
 * @returns {Message}
 */
export function withReaction(message, emoji, person, on, count) {
  const before = message.reactions.find((reaction) => reaction.emoji === emoji) ?? { emoji, count: 0, people: [] };
  const had = before.people.includes(person);
  const others = before.people.filter((id) => id !== person);
  const people = on ? [...others, person] : others;
  const after = { emoji, count: count ?? before.count + (on ? 1 : 0) - (had ? 1 : 0), people };
  const known = message.reactions.some((reaction) => reaction.emoji === emoji);
  const reactions = known
    ? message.reactions.map((reaction) => (reaction.emoji === emoji ? after : reaction))
    : [...message.reactions, after];
  return { ...message, reactions: reactions.filter((reaction) => reaction.count > 0) };
}

/** @param {Message} message @param {Entry} entry @param {Author} me @returns {Message} */
function overlay(message, { method, params, at, stage }, me) {
  if (stage === "failed" && method === "chat.react") return message;
  if (method === "chat.edit") return { ...message, text: params.text, edited_at: at };
  if (method === "chat.delete" && stage !== "failed") return gone(message);
  if (method === "chat.react") return withReaction(message, params.emoji, me.id, params.on);
  return message;
}

/** @param {Entry} entry @param {Author} me @returns {Row} */
function optimistic(entry, me) {
  const { cid, params, at, s, stage } = entry;
  const author = { id: me.id, name: me.name, photo: me.photo ?? null };
  const message = {
    id: entry.message ?? cid, s: s ?? Infinity, author, text: params.text, mentions: [], at, edited_at: null,
    deleted: false, reactions: [],
  };
  return { key: cid, message, stage: stage === "sent" ? null : stage, entry };
}

/** @param {Entry[]} entries @returns {Map<string, Entry[]>} */
function groupByMessage(entries) {
  const groups = new Map();
  for (const entry of entries)
    if (entry.method !== "chat.send") groups.set(entry.params.message, [...(groups.get(entry.params.message) ?? []), entry]);
  return groups;
}

/**
 * How many messages of others lie above a read mark.
 * @param {Message[]} messages @param {number} read @param {string} me  id
 */
export function unreadAbove(messages, read, me) {
  return messages.filter((message) => message.s > read && message.author.id !== me && !message.deleted).length;
}
