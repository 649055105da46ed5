// Made by `python -m server.live.document` from the messages in server/live/wire. Change those, not this.

/**
 * @typedef {object} Author
 *   Who wrote a message, as of writing it.
 * @property {string} id  The person's id; empty when the account was erased.
 * @property {string} name  The name; empty when the account was erased.
 * @property {string | null} photo  Address of a small square photo, or null.
 * @typedef {object} Bye
 *   This worker stops. Finish what is in flight; the close (4001) follows.
 * @property {number} after_ms  Wait this long before connecting again.
 * @typedef {object} ChannelState
 *   How a channel stands: complete from the given position on, or honestly anew from a snapshot.
 * @property {boolean} ok  False: not subscribed, `e` says why.
 * @property {Failure | null} [e]  Why it was refused.
 * @property {string | null} [epoch]  Changes when the log was restored: positions are then void.
 * @property {number | null} [top]  The last event's number; what comes next is above it.
 * @property {boolean | null} [recovered]  True: `events` is all that was missed. False: see `snapshot`.
 * @property {Array<any> | null} [events]  The missed events in order, at most 500.
 * @property {Record<string, any> | null} [snapshot]  The channel as it is now, by the kind of topic.
 * @typedef {object} ChannelStates
 *   How each of the topics stands.
 * @property {Record<string, ChannelState>} channels  Each topic, and how it stands.
 * @typedef {object} ChatDelete
 *   Delete a message: your own, or any as a moderator. Its text goes for good, the row stays.
 * @property {string} channel  The channel's topic, chat:<id>.
 * @property {string} cid  A UUID in lower case, made by the client and kept until acknowledged: a repeat changes
 *   nothing.
 * @property {string} message  The message's id.
 * @typedef {object} ChatDone
 *   What was asked for is in the log.
 * @property {number} s  Its number in the channel's log.
 * @typedef {object} ChatEdit
 *   Correct a message of your own, within a quarter of an hour.
 * @property {string} channel  The channel's topic, chat:<id>.
 * @property {string} cid  A UUID in lower case, made by the client and kept until acknowledged: a repeat changes
 *   nothing.
 * @property {string} message  The message's id.
 * @property {string} text  The whole new text.
 * @typedef {object} ChatHistory
 *   Older messages.
 * @property {string} channel  The channel's topic, chat:<id>.
 * @property {number | null} [before]  Messages created before this number; null: the last ones.
 * @property {number} [limit]  At most so many.
 * @typedef {object} ChatMentionable
 *   Whom one can call in a channel, by the beginning of any word of the name.
 * @property {string} channel  The channel's topic, chat:<id>.
 * @property {string} q  What was typed after the @.
 * @property {number} [limit]  At most so many.
 * @typedef {object} ChatMentionables
 *   People of the channel, you left out, by name.
 * @property {Array<MentionablePerson>} people  The people.
 * @typedef {object} ChatMessage
 *   A message in its present form.
 * @property {string} id  The message's id.
 * @property {number} s  Number of its creation in the channel's log.
 * @property {Author} author  Who wrote it.
 * @property {string} text  Plain text; @[Name](person id) calls somebody. Empty when deleted.
 * @property {Array<string>} mentions  Ids of the people whom the text calls.
 * @property {string} at  When it was sent, ISO 8601 in UTC.
 * @property {string | null} edited_at  When it was last corrected, or null.
 * @property {boolean} deleted  Whether it was deleted.
 * @property {Array<ReactionSummary>} reactions  Emoji under it, in the order in which they first came.
 * @typedef {object} ChatPage
 *   Messages in their present form.
 * @property {Array<ChatMessage>} messages  The oldest first.
 * @property {boolean} more  Whether there are older ones.
 * @typedef {object} ChatReact
 *   Put an emoji under a message, or take it away.
 * @property {string} channel  The channel's topic, chat:<id>.
 * @property {string} cid  A UUID in lower case, made by the client and kept until acknowledged: a repeat changes
 *   nothing.
 * @property {string} message  The message's id.
 * @property {string} emoji  One emoji of at most 16 bytes.
 * @property {boolean} on  True puts it there, false takes it away.
 * @typedef {object} ChatRead
 *   Note how far you have read.
 * @property {string} channel  The channel's topic, chat:<id>.
 * @property {number} s  Number of the last event that was on the screen.
 * @typedef {object} ChatReadMark
 *   How far you have read.
 * @property {number} read  The mark, which only grows.
 * @typedef {object} ChatRights
 *   What you may do in a channel.
 * @property {boolean} send  Say something.
 * @property {boolean} moderate  Delete others' messages.
 * @property {string | null} why  Why `send` is false: muted, closed.
 * @property {string | null} until  When a mute ends, ISO 8601 in UTC; null: it does not end by itself.
 * @typedef {object} ChatSend
 *   Say something in a channel.
 * @property {string} channel  The channel's topic, chat:<id>.
 * @property {string} cid  A UUID in lower case, made by the client and kept until acknowledged: a repeat changes
 *   nothing.
 * @property {string} text  1 to 4,000 characters after trimming; @[Name](person id) calls somebody.
 * @typedef {object} ChatSent
 *   The message is in the log, for good.
 * @property {string} message  The message's id.
 * @property {number} s  Its number in the channel's log.
 * @property {string} at  When it was sent, ISO 8601 in UTC.
 * @typedef {object} ChatSnapshot
 *   A channel as it is now.
 * @property {Array<ChatMessage>} messages  The last messages, at most fifty, the oldest first.
 * @property {boolean} more  Whether there are older ones; chat.history has them.
 * @property {number} read  How far you have read.
 * @property {ChatRights} rights  What you may do.
 * @typedef {object} ChatTyping
 *   Tell the others that you are writing; counts for some seconds. At most once in three seconds.
 * @property {string} channel  The channel's topic, chat:<id>.
 * @typedef {object} ChatUnread
 *   What is unread in all your channels.
 * @typedef {object} ContactsHere
 *   One's contacts in a room, in the order in which they came.
 * @property {Array<Person>} people  At most a hundred of them.
 * @typedef {object} Echo
 *   Is anybody there?
 * @typedef {object} EchoResult
 *   The server is.
 * @property {string} now  The server's time, ISO 8601 in UTC.
 * @typedef {object} Failure
 *   Why something was refused.
 * @property {string} code  A stable error code.
 * @property {boolean} [retry]  Whether trying the same again can help.
 * @property {number | null} [after]  Milliseconds to wait before that.
 * @property {string} [msg]  For developers; never shown to people.
 * @typedef {object} Hello
 *   The first message: who is there, what it wants to hear, and where it stands. Answered by a welcome.
 * @property {string | null} [ticket]  A single-use ticket from POST /live/ticket.
 * @property {string | null} [resume]  The token of an earlier welcome, in a ticket's stead.
 * @property {Record<string, Position | null>} [channels]  Topics with the position held in each; null where nothing is
 *   held.
 * @property {boolean} [hidden]  Whether the page is hidden: it then gets counters only.
 * @typedef {object} Me
 *   The person of this connection.
 * @property {string} id  The person's id.
 * @property {string} name  The name that others see.
 * @typedef {object} MemberMuted
 *   Somebody may not write here for a while.
 * @property {string} person  Id of who was muted.
 * @property {string} by  Id of the moderator.
 * @property {string | null} until  When it ends, ISO 8601 in UTC; null: when a moderator lifts it.
 * @typedef {object} MemberUnmuted
 *   Somebody may write here again.
 * @property {string} person  Id of who may write again.
 * @property {string} by  Id of the moderator.
 * @typedef {object} MentionablePerson
 *   Somebody who can be called.
 * @property {string} id  The person's id.
 * @property {string} name  The name.
 * @property {string | null} photo  Address of a small square photo, or null.
 * @property {string | null} organisation  Where they work, or null.
 * @typedef {object} MessageDeleted
 *   A message was deleted.
 * @property {string} id  The message's id.
 * @property {string} by  Id of who did it: the author or a moderator.
 * @typedef {object} MessageEdited
 *   A message was corrected.
 * @property {string} id  The message's id.
 * @property {string} text  The whole new text; empty when the message was deleted later.
 * @property {Array<string>} mentions  Ids of the people whom the new text calls.
 * @property {string} edited_at  When, ISO 8601 in UTC.
 * @typedef {object} Nothing
 *   An empty object: it is done.
 * @typedef {object} Person
 *   Somebody who is in a room.
 * @property {string} id  The person's id.
 * @property {string} name  The name.
 * @property {string | null} photo  Address of a small square photo, or null.
 * @property {string | null} organisation  Where they work, or null.
 * @property {string} role  The most that they are at the fair: attendee, exhibitor, speaker, moderator, organiser.
 * @typedef {object} PersonErased
 *   Somebody's account was erased: drop their texts and their name, wherever they stand.
 * @property {string} person  The person's id.
 * @typedef {object} Position
 *   Where a client stands in a channel.
 * @property {number} s  The last event that was applied.
 * @property {string} epoch  The channel's epoch, as the server gave it.
 * @typedef {object} Presence
 *   Who came and who left since the state before; gathered once a second.
 * @property {number} count  How many people are there now.
 * @property {Array<Person>} [joined]  Who came; in a room of more than 200 people only those who keep order or speak.
 * @property {Array<string>} [left]  Ids of those who left; in a room of more than 200 people left out.
 * @property {Array<Person> | null} [people]  When set: everybody who is there, replaces what you hold.
 * @typedef {object} ReactionSet
 *   An emoji was put under a message or taken away.
 * @property {string} id  The message's id.
 * @property {string} emoji  The emoji.
 * @property {string} person  Id of who did it.
 * @property {boolean} on  Put there, or taken away.
 * @property {number} count  How many people have it there now.
 * @typedef {object} ReactionSummary
 *   One emoji under a message.
 * @property {string} emoji  The emoji.
 * @property {number} count  How many people put it there.
 * @property {Array<string>} people  Ids of the first twenty of them.
 * @typedef {object} Restored
 *   The right to read this topic, which was gone, is there again: subscribe anew, where you still want it.
 * @typedef {object} Revoked
 *   The right to read this topic is gone: forget what is held of it.
 * @property {"" | "removed" | "banned"} [why]  `removed`: a moderator has removed you from a call. `banned`: you are
 *   excluded from the fair.
 * @typedef {object} RoomContacts
 *   Which of one's contacts are in a room: people with whom one has talked, or to whom one was introduced.
 * @property {string} room  The room's topic, room:<id>.
 * @typedef {object} RoomPage
 *   People in a room, in the order in which they came.
 * @property {Array<Person>} people  The people.
 * @property {string | null} next  Where the next page begins; null: this was the last one.
 * @typedef {object} RoomRoster
 *   Who is in a room, page by page.
 * @property {string} room  The room's topic, room:<id>.
 * @property {string | null} [after]  `next` of the page before; null: the first page.
 * @property {number} [limit]  At most so many people.
 * @typedef {object} RoomSnapshot
 *   Who is in a room now.
 * @property {number} v  The version that the first state after it follows.
 * @property {number} count  How many people.
 * @property {Array<Person>} people  The first hundred of them, in the order in which they came.
 * @typedef {object} Since
 *   What was missed in one subscribed channel: the answer to a gap.
 * @property {string} channel  The name of a topic, such as chat:<id>.
 * @property {Position | null} [pos]  The position held.
 * @typedef {object} Subscribe
 *   Hear topics as well. A topic that is already subscribed is answered again.
 * @property {Record<string, Position | null>} channels  Topics with the position held in each; null where nothing is
 *   held.
 * @typedef {object} Top
 *   For hidden pages, at most once a second: how far the channel has come.
 * @property {number} top  The last event's number.
 * @typedef {object} Typing
 *   Somebody is writing; counts for some seconds.
 * @property {string} person  The person's id.
 * @property {string} name  The person's name.
 * @typedef {object} Unread
 *   Everything that is unread. A channel that is not named has nothing unread.
 * @property {number} total  Unread direct messages and calls of your name: the number in the navigation.
 * @property {Array<UnreadChannel>} channels  At most a hundred channels.
 * @typedef {object} UnreadChannel
 *   What is unread in one channel: others' messages above your mark that are not deleted.
 * @property {string} channel  The channel's topic, chat:<id>.
 * @property {string} kind  room or direct.
 * @property {number} unread  How many messages; counted up to 100.
 * @property {number} mentions  How many of them call you.
 * @property {string} href  Path of the page that shows the channel.
 * @property {Author | null} from  Direct: the other person.
 * @typedef {object} Unsubscribe
 *   Hear topics no longer.
 * @property {Array<string>} channels  The topics to leave.
 * @typedef {object} Visible
 *   The page was hidden or shown. Shown again, it is given what it missed.
 * @property {boolean} hidden  Whether the page is hidden now.
 * @typedef {object} Welcome
 *   The answer to hello: everything a client needs, in one round trip.
 * @property {string} connection  The id of this connection.
 * @property {Me} person  Who you are.
 * @property {string} resume  Come back with this token instead of a ticket.
 * @property {string} now  The server's time, ISO 8601 in UTC.
 * @property {WelcomeLimits} limits  What you may do.
 * @property {Record<string, ChannelState>} channels  Each topic asked for, and how it stands.
 * @typedef {object} WelcomeLimits
 *   What a client may do.
 * @property {number} frame  Bytes in one frame.
 * @property {number} text  Characters in one chat message.
 * @property {number} channels  Topics per connection.
 * @property {number} requests_per_second  Requests per second, in the long run.
 * @property {number} burst  Requests at once.
 * @property {number} batch  Messages in one frame.
 * @property {number} ping_s  Seconds between the server's pings.
 */

/**
 * @typedef {"bad_request" | "unknown_method" | "unauthorized" | "forbidden" | "not_found" | "rate_limited" | "too_large" | "too_many" | "conflict" | "unavailable" | "moved" | "internal" | "muted" | "banned"} ErrorCode
 */

/**
 * Every method with its parameters and its answer.
 *
 * @typedef {{
 *   "call.offer": { params: import("./types-call.js").CallOffer, result: import("./types-call.js").CallAnswer },
 *   "call.listen": { params: import("./types-call.js").CallListen, result: Nothing },
 *   "call.leave": { params: import("./types-call.js").CallLeave, result: Nothing },
 *   "call.mute": { params: import("./types-call.js").CallMute, result: Nothing },
 *   "call.remove": { params: import("./types-call.js").CallRemove, result: Nothing },
 *   "call.readmit": { params: import("./types-call.js").CallReadmit, result: Nothing },
 *   "call.token": { params: import("./types-call.js").CallToken, result: import("./types-call.js").CallTokenGiven },
 *   "call.ice": { params: import("./types-call.js").CallIce, result: import("./types-call.js").CallIceServers },
 *   "call.sign": { params: import("./types-call.js").CallSign, result: Nothing },
 *   "call.caption": { params: import("./types-call.js").CallCaption, result: Nothing },
 *   "call.signal": { params: import("./types-call.js").CallSignal, result: Nothing },
 *   "chat.send": { params: ChatSend, result: ChatSent },
 *   "chat.edit": { params: ChatEdit, result: ChatDone },
 *   "chat.delete": { params: ChatDelete, result: ChatDone },
 *   "chat.react": { params: ChatReact, result: ChatDone },
 *   "chat.typing": { params: ChatTyping, result: Nothing },
 *   "chat.read": { params: ChatRead, result: ChatReadMark },
 *   "chat.history": { params: ChatHistory, result: ChatPage },
 *   "chat.mentionable": { params: ChatMentionable, result: ChatMentionables },
 *   "chat.unread": { params: ChatUnread, result: Unread },
 *   "meetings.mine": { params: import("./types-meeting.js").MeetingsMine, result: import("./types-meeting.js").MyMeetings },
 *   "meeting.note": { params: import("./types-meeting.js").MeetingNote, result: import("./types-meeting.js").MeetingNoted },
 *   "meeting.written": { params: import("./types-meeting.js").MeetingWritten, result: import("./types-meeting.js").MeetingWords },
 *   "call.ring": { params: import("./types-ringing.js").CallRing, result: Nothing },
 *   "room.roster": { params: RoomRoster, result: RoomPage },
 *   "room.contacts": { params: RoomContacts, result: ContactsHere },
 *   "hello": { params: Hello, result: Welcome },
 *   "subscribe": { params: Subscribe, result: ChannelStates },
 *   "unsubscribe": { params: Unsubscribe, result: Nothing },
 *   "since": { params: Since, result: ChannelState },
 *   "visible": { params: Visible, result: ChannelStates },
 *   "echo": { params: Echo, result: EchoResult },
 * }} Methods
 */

/**
 * Every durable event with its data.
 *
 * @typedef {{
 *   "message.created": ChatMessage,
 *   "message.edited": MessageEdited,
 *   "message.deleted": MessageDeleted,
 *   "reaction.set": ReactionSet,
 *   "member.muted": MemberMuted,
 *   "member.unmuted": MemberUnmuted,
 *   "person.erased": PersonErased,
 * }} DurableEvents
 */

/**
 * Every state event with its data.
 *
 * @typedef {{
 *   "call": import("./types-call.js").CallState,
 *   "unread": Unread,
 *   "meetings": import("./types-meeting.js").MyMeetings,
 *   "presence": Presence,
 *   "notes": import("./types-meeting.js").MeetingNotes,
 *   "files": import("./types-meeting.js").MeetingFiles,
 *   "changed": import("./types-meeting.js").MeetingChanged,
 *   "top": Top,
 * }} StateEvents
 */

/**
 * Every passing event with its data.
 *
 * @typedef {{
 *   "may": import("./types-call.js").CallMay,
 *   "sign": import("./types-call.js").Sign,
 *   "reactions": import("./types-call.js").Reactions,
 *   "caption": import("./types-call.js").Caption,
 *   "recording.stopped": import("./types-call.js").RecordingStopped,
 *   "signal": import("./types-call.js").Signal,
 *   "recording.answer": import("./types-call.js").RecordingAnswered,
 *   "typing": Typing,
 *   "meeting.reminder": import("./types-meeting.js").MeetingReminder,
 *   "meeting.team": import("./types-meeting.js").TeamAsked,
 *   "ring": import("./types-ringing.js").Ring,
 *   "bye": Bye,
 *   "revoked": Revoked,
 *   "restored": Restored,
 * }} PassingEvents
 */

/**
 * What a newcomer is given, by the kind of topic.
 *
 * @typedef {{
 *   call: import("./types-call.js").CallSnapshot,
 *   chat: ChatSnapshot,
 *   meeting: RoomSnapshot,
 *   room: RoomSnapshot,
 * }} Snapshots
 */

export {};
