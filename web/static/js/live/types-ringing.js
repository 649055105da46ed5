// Made by `python -m server.live.document` from the messages in server/live/wire. Change those, not this.

/**
 * @typedef {object} CallRing
 *   Ring the other one of a conversation, or answer that they ring. Ringing lasts as long as it is repeated, every
 *   three seconds. Who calls says `ringing`, and `missed` when they gave up: a note stays in the conversation, once for
 *   each `cid`. Who is called says `taken` or `declined`.
 * @property {string} call  The call's topic, call:<id>; the id is that of the conversation.
 * @property {"ringing" | "missed" | "taken" | "declined"} state  What is said.
 * @property {string} cid  The client's id of this ringing, a UUID.
 * @typedef {object} Ring
 *   Somebody rings, or ringing has ended, on your own topic.
 * @property {string} call  The call's topic.
 * @property {string} sender  Whose word it is: the person's id.
 * @property {string} name  Their name.
 * @property {string | null} photo  The address of their photo, or null.
 * @property {string} path  The page of the call.
 * @property {"ringing" | "missed" | "taken" | "declined"} state  What they said.
 * @property {string} cid  The id of this ringing.
 * @property {boolean} mine  Whether you said it yourself, elsewhere.
 */

export {};
