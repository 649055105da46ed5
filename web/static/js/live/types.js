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
 * @typedef {object} CallAnswer
 *   You take part.
 * @property {string} participant  Your id in this call.
 * @property {string} sdp  The answer; empty where `url` is given.
 * @property {string} url  Where to go instead, when another engine (LiveKit) carries the call; else empty.
 * @property {string} token  The token for it; else empty.
 * @typedef {object} CallIce
 *   Ask for ICE servers: their credentials end by themselves after twelve hours.
 * @property {string} call  The call's topic, call:<id>; the id is that of its room.
 * @typedef {object} CallIceServers
 *   The ICE servers of this installation.
 * @property {Array<IceServer>} servers  For the configuration of an RTCPeerConnection.
 * @typedef {object} CallLeave
 *   Take part no longer.
 * @property {string} call  The call's topic, call:<id>; the id is that of its room.
 * @property {string} device  Chosen by the client for a tab and kept as long as the tab lives: who comes back is the
 *   same participant.
 * @typedef {object} CallListen
 *   Change what your receiving sections carry, without a new offer.
 * @property {string} call  The call's topic, call:<id>; the id is that of its room.
 * @property {string} device  Chosen by the client for a tab and kept as long as the tab lives: who comes back is the
 *   same participant.
 * @property {Record<string, string>} listen  What each receiving section carries, by mid: the id of a track, or `auto`
 *   for whoever speaks.
 * @typedef {object} CallMay
 *   What you may do in a call.
 * @property {Array<"microphone" | "camera" | "screen" | "screen_sound">} publish  What you may send.
 * @property {boolean} listen  Whether you may hear and see others.
 * @property {boolean} moderate  Mute and remove others, and record.
 * @typedef {object} CallMute
 *   Mute somebody, or undo it. Others, and what a moderator has muted: moderators only.
 * @property {string} call  The call's topic, call:<id>; the id is that of its room.
 * @property {string} participant  Whom.
 * @property {Array<"microphone" | "camera" | "screen" | "screen_sound">} sources  What of theirs.
 * @property {boolean} muted
 * @typedef {object} CallOffer
 *   Take part through the media node, or change what you send and how many places you have for others. Candidates are
 *   not needed: the node answers on one port, and learns your address from your checks.
 * @property {string} call  The call's topic, call:<id>; the id is that of its room.
 * @property {string} device  Chosen by the client for a tab and kept as long as the tab lives: who comes back is the
 *   same participant.
 * @property {number} generation  Raise it for each new RTCPeerConnection.
 * @property {string} sdp  A session description, at most 32 KiB.
 * @property {Array<Publishing>} [publish]  The sections that send.
 * @property {Record<string, string>} [listen]  What each receiving section carries, by mid: the id of a track, or
 *   `auto` for whoever speaks.
 * @typedef {object} CallReadmit
 *   Let somebody who was removed come in again.
 * @property {string} call  The call's topic, call:<id>; the id is that of its room.
 * @property {string} person  The person's id.
 * @typedef {object} CallRemove
 *   Remove somebody with all their tabs: from the answer on nothing comes from them, and nothing goes to them.
 * @property {string} call  The call's topic, call:<id>; the id is that of its room.
 * @property {string} person  The person's id.
 * @typedef {object} CallSignal
 *   Pass something on to another person in a call of two: a description, a candidate, or that you have gone. At most 64
 *   candidates follow a description. Roles are those of perfect negotiation; the event says which is yours.
 * @property {string} call  The call's topic, call:<id>; the id is that of its room.
 * @property {string} device  Chosen by the client for a tab and kept as long as the tab lives: who comes back is the
 *   same participant.
 * @property {string} to  The other person's id.
 * @property {string} [to_device]  The other tab, once it is known; empty: all of theirs.
 * @property {number} generation  Of your RTCPeerConnection.
 * @property {Description | null} [description]
 * @property {Candidate | null} [candidate]
 * @property {boolean} [gone]  You have left.
 * @typedef {object} CallSnapshot
 *   A call as it is now, and what you may do in it.
 * @property {Array<Participant>} participants  Everybody in it.
 * @property {Array<string>} speakers  Ids of participants, the active speaker first; at most eight.
 * @property {boolean} recording  Whether it is being recorded.
 * @property {number} v  The version that the first state after it follows.
 * @property {string} kind  What it belongs to: stage, booth, meeting.
 * @property {CallMay} may  What you may do.
 * @typedef {object} CallState
 *   How a call is now. Who is not among the participants, and wants to be, offers anew with a higher generation.
 * @property {Array<Participant>} participants  Everybody in it.
 * @property {Array<string>} speakers  Ids of participants, the active speaker first; at most eight.
 * @property {boolean} recording  Whether it is being recorded.
 * @typedef {object} CallToken
 *   Ask for a token with which an encoder sends into the call (WHIP), or a player watches it (WHEP).
 * @property {string} call  The call's topic, call:<id>; the id is that of its room.
 * @property {"whip" | "whep"} way  To send, or to watch.
 * @typedef {object} CallTokenGiven
 *   What to put into the encoder or player. The token does what its person may do, and ends after seven days.
 * @property {string} path  Where to send the offer, on this server.
 * @property {string} token  The bearer token.
 * @typedef {object} CallTrack
 *   Something that a participant sends.
 * @property {string} id  The track's id: it stays when its sender comes back.
 * @property {"microphone" | "camera" | "screen" | "screen_sound"} source  Where it comes from.
 * @property {boolean} muted  Whether a moderator has muted it.
 * @typedef {object} Candidate
 *   An ICE candidate on its way to the other person; empty: there are no more.
 * @property {string} candidate  The candidate's line.
 * @property {string | null} [mid]  Its section.
 * @property {number | null} [line]  The number of its section.
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
 * @typedef {object} Description
 *   A session description on its way to the other person.
 * @property {"offer" | "answer" | "rollback"} type  As RTCSessionDescription has it.
 * @property {string} [sdp]  A session description, at most 32 KiB.
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
 * @typedef {object} IceServer
 *   As RTCPeerConnection takes it.
 * @property {Array<string>} urls  Addresses.
 * @property {string} username  Empty for STUN.
 * @property {string} credential  Empty for STUN.
 * @typedef {object} Me
 *   The person of this connection.
 * @property {string} id  The person's id.
 * @property {string} name  The name that others see.
 * @typedef {object} MeetingChanged
 *   A meeting is longer, at another time, or called off.
 * @property {string} starts_at  When it begins, ISO 8601 in UTC.
 * @property {string} ends_at  When it ends, ISO 8601 in UTC.
 * @property {boolean} cancelled  Whether it was called off.
 * @typedef {object} MeetingNote
 *   Write into the notes of a meeting.
 * @property {string} meeting  The meeting's topic, meeting:<id>.
 * @property {string} text  The whole text.
 * @property {number} version  The version that was changed.
 * @typedef {object} MeetingNoted
 *   How the notes are now. Where `taken` is false somebody was faster: `text` is theirs, and nothing was changed.
 * @property {boolean} taken  Whether the text was taken.
 * @property {number} version  The version now.
 * @property {string} text  The whole text now.
 * @typedef {object} MeetingNotes
 *   Somebody wrote into the notes.
 * @property {string} text  The whole text.
 * @property {number} version  Its version.
 * @property {string} by  The id of who wrote.
 * @typedef {object} MeetingReminder
 *   Something that somebody should know now. Each is said once.
 * @property {string} meeting  The meeting's id.
 * @property {string} what  app_5min, app_1min: it begins so soon; missing: the others wait for you; rescue: you are
 *   asked to step in; stand_in, no_stand_in: who was asked to step in does so, or cannot.
 * @property {string} name  Whom it is about.
 * @property {string} path  Where to go.
 * @typedef {object} MeetingsMine
 *   What waits for me.
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
 * @typedef {object} MyMeetings
 *   What waits for somebody.
 * @property {number} waiting  How many requests wait for their answer.
 * @property {NextMeeting | null} next  The meeting that runs or comes next, or null.
 * @typedef {object} NextMeeting
 *   The meeting that comes next.
 * @property {string} id  The meeting's id.
 * @property {string} name  Whom one meets, several names with commas.
 * @property {string} starts_at  When it begins, ISO 8601 in UTC.
 * @property {string} ends_at  When it ends, ISO 8601 in UTC.
 * @property {string} path  The address of its room.
 * @typedef {object} Nothing
 *   An empty object: it is done.
 * @typedef {object} Participant
 *   Somebody in a call, with one tab.
 * @property {string} id  The participant's id.
 * @property {string} person  The person's id.
 * @property {number} generation  Grows with each connection of this participant.
 * @property {boolean} ready  Whether media can flow.
 * @property {Array<CallTrack>} tracks  What they send.
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
 * @property {Array<Person>} [joined]  Who came; in a room of more than 200 people only those who keep order.
 * @property {Array<string>} [left]  Ids of those who left; in a room of more than 200 people left out.
 * @property {Array<Person> | null} [people]  When set: everybody who is there, replaces what you hold.
 * @typedef {object} Publishing
 *   A section of an offer in which something is sent.
 * @property {string} mid  The section's mid.
 * @property {"microphone" | "camera" | "screen" | "screen_sound"} source  Where it comes from.
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
 * @typedef {object} Revoked
 *   The right to read this topic is gone: forget what is held of it.
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
 * @typedef {object} Signal
 *   Something from the other person in a call of two, on your own topic.
 * @property {string} call  The call's topic, call:<id>; the id is that of its room.
 * @property {string} sender  The other person's id.
 * @property {string} device  The other tab.
 * @property {string} to_device  Which tab of yours is meant; empty: any.
 * @property {number} generation  Of the other RTCPeerConnection: an older one's signals are void.
 * @property {boolean} polite  Whether you give way when both offer at once.
 * @property {Record<string, any> | null} description  A session description.
 * @property {Record<string, any> | null} candidate  An ICE candidate.
 * @property {boolean} gone  The other one has left.
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
 * @typedef {"bad_request" | "unknown_method" | "unauthorized" | "forbidden" | "not_found" | "rate_limited" | "too_large" | "too_many" | "conflict" | "unavailable" | "internal" | "muted" | "banned"} ErrorCode
 */

/**
 * Every method with its parameters and its answer.
 *
 * @typedef {{
 *   "call.offer": { params: CallOffer, result: CallAnswer },
 *   "call.listen": { params: CallListen, result: Nothing },
 *   "call.leave": { params: CallLeave, result: Nothing },
 *   "call.mute": { params: CallMute, result: Nothing },
 *   "call.remove": { params: CallRemove, result: Nothing },
 *   "call.readmit": { params: CallReadmit, result: Nothing },
 *   "call.token": { params: CallToken, result: CallTokenGiven },
 *   "call.ice": { params: CallIce, result: CallIceServers },
 *   "call.signal": { params: CallSignal, result: Nothing },
 *   "chat.send": { params: ChatSend, result: ChatSent },
 *   "chat.edit": { params: ChatEdit, result: ChatDone },
 *   "chat.delete": { params: ChatDelete, result: ChatDone },
 *   "chat.react": { params: ChatReact, result: ChatDone },
 *   "chat.typing": { params: ChatTyping, result: Nothing },
 *   "chat.read": { params: ChatRead, result: ChatReadMark },
 *   "chat.history": { params: ChatHistory, result: ChatPage },
 *   "chat.mentionable": { params: ChatMentionable, result: ChatMentionables },
 *   "chat.unread": { params: ChatUnread, result: Unread },
 *   "meetings.mine": { params: MeetingsMine, result: MyMeetings },
 *   "meeting.note": { params: MeetingNote, result: MeetingNoted },
 *   "room.roster": { params: RoomRoster, result: RoomPage },
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
 *   "call": CallState,
 *   "unread": Unread,
 *   "meetings": MyMeetings,
 *   "presence": Presence,
 *   "notes": MeetingNotes,
 *   "changed": MeetingChanged,
 *   "top": Top,
 * }} StateEvents
 */

/**
 * Every passing event with its data.
 *
 * @typedef {{
 *   "signal": Signal,
 *   "typing": Typing,
 *   "meeting.reminder": MeetingReminder,
 *   "bye": Bye,
 *   "revoked": Revoked,
 * }} PassingEvents
 */

/**
 * What a newcomer is given, by the kind of topic.
 *
 * @typedef {{
 *   call: CallSnapshot,
 *   chat: ChatSnapshot,
 *   meeting: RoomSnapshot,
 *   room: RoomSnapshot,
 * }} Snapshots
 */

export {};
