// Made by `python -m server.live.document` from the messages in server/live/wire. Change those, not this.

/**
 * @typedef {object} CallAnswer
 *   You take part.
 * @property {string} participant  Your id in this call.
 * @property {string} sdp  The answer; empty where the call is carried elsewhere.
 * @property {string} [url]  Where the call is carried instead: the address of a LiveKit server.
 * @property {string} [token]  What lets you in there, within two minutes.
 * @typedef {object} CallCaption
 *   Write along with what is said: for who speaks in the call, or keeps order in it. Counted with the signs.
 * @property {string} call  The call's topic, call:<id>; the id is that of its room.
 * @property {string} text  A line or two.
 * @typedef {object} CallIce
 *   Ask for ICE servers: their credentials end by themselves after twelve hours.
 * @property {string} call  The call's topic, call:<id>; the id is that of its room.
 * @property {boolean} [door]  You stand at its door: what carries it is started, where it does not run.
 * @typedef {object} CallIceServers
 *   How calls are reached in this installation.
 * @property {Array<IceServer>} servers  For the configuration of an RTCPeerConnection.
 * @property {"node" | "livekit"} engine  What carries calls of more than two: our nodes, which answer offers, or
 *   LiveKit.
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
 * @property {Record<string, "small" | "medium" | "large">} [sizes]  How large each picture is shown, by mid: up to a
 *   quarter, half or all of what its sender sends in several encodings. Large where nothing is said.
 * @typedef {object} CallMay
 *   What you may do in a call.
 * @property {Array<"microphone" | "camera" | "screen" | "screen_sound" | "camera_2" | "screen_2">} publish  What you
 *   may send.
 * @property {boolean} listen  Whether you may hear and see others.
 * @property {boolean} moderate  Mute and remove others.
 * @typedef {object} CallMute
 *   Mute somebody, or undo it. Others, and what a moderator has muted: moderators only.
 * @property {string} call  The call's topic, call:<id>; the id is that of its room.
 * @property {string} participant  Whom.
 * @property {Array<"microphone" | "camera" | "screen" | "screen_sound" | "camera_2" | "screen_2">} sources  What of
 *   theirs.
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
 * @property {Record<string, "small" | "medium" | "large">} [sizes]  How large each picture is shown, by mid: up to a
 *   quarter, half or all of what its sender sends in several encodings. Large where nothing is said.
 * @typedef {object} CallReadmit
 *   Let somebody who was removed come in again.
 * @property {string} call  The call's topic, call:<id>; the id is that of its room.
 * @property {string} person  The person's id.
 * @typedef {object} CallRemove
 *   Remove somebody with all their tabs: from the answer on nothing comes from them, and nothing goes to them.
 * @property {string} call  The call's topic, call:<id>; the id is that of its room.
 * @property {string} person  The person's id.
 * @typedef {object} CallSign
 *   Show others in the call that you want to speak (`hand`), or how you find it (`reaction`): one of the two. At most
 *   twenty signs in ten seconds. A hand is not kept: show it again to those who come in later. Reactions are gathered
 *   for a quarter of a second, and told as `reactions`.
 * @property {string} call  The call's topic, call:<id>; the id is that of its room.
 * @property {boolean | null} [hand]  Up or down.
 * @property {"applause" | "heart" | "laugh" | "yes" | "wow" | "thanks" | null} [reaction]
 * @typedef {object} CallSignal
 *   Pass something on in a call of two: a description, a candidate, that you have gone, or that you have moved. Each
 *   time somebody goes in, a tab takes a new name as its `device`, and tells their other tabs by `moved` to themselves.
 *   A tab of the other person that speaks though another one of theirs has taken its place is told `moved`, too: its
 *   part is over. One whose line was away asks for it, by `moved` to itself with its own name as `to_device` and, as
 *   `generation`, the second in which it went in: a tab that went in later says so. At most 64 candidates follow a
 *   description, and all arrives in the order in which you sent it. Roles are those of perfect negotiation; the event
 *   says which is yours.
 * @property {string} call  The call's topic, call:<id>; the id is that of its room.
 * @property {string} device  Chosen by the client for a tab and kept as long as the tab lives: who comes back is the
 *   same participant.
 * @property {string} to  The other person's id; your own with `moved` alone.
 * @property {string} [to_device]  The other tab, once it is known; empty: all of theirs.
 * @property {number} generation  Of your RTCPeerConnection.
 * @property {number} [to_generation]  That of the other's RTCPeerConnection that yours has a description of; 0: it has
 *   none yet.
 * @property {Description | null} [description]
 * @property {Candidate | null} [candidate]
 * @property {boolean} [gone]  You have left.
 * @property {boolean} [moved]  Whoever hears it goes on in another tab of theirs.
 * @typedef {object} CallSnapshot
 *   A call as it is now, and what you may do in it.
 * @property {Array<Participant>} participants  Everybody in it.
 * @property {Array<string>} speakers  Ids of participants, the active speaker first; at most eight.
 * @property {boolean} [recording]  Whether it is being recorded.
 * @property {number} v  The version that the first state after it follows.
 * @property {string} kind  What it belongs to: stage, booth, meeting.
 * @property {CallMay} may  What you may do.
 * @property {boolean} [known]  Whether it is known how the call is. If not, its media node cannot be asked now: keep
 *   what you have, and subscribe again after a second, then after longer.
 * @property {boolean | null} [agrees]  While it is recorded: whether you agreed to that. Null: you have not answered.
 * @property {RecordingStopped | null} [stopped]  The last recording, if nobody wished its end, that was just now, and
 *   none runs since.
 * @typedef {object} CallState
 *   How a call is now. Who is not among the participants, and wants to be, offers anew with a higher generation.
 * @property {Array<Participant>} participants  Everybody in it.
 * @property {Array<string>} speakers  Ids of participants, the active speaker first; at most eight.
 * @property {boolean} [recording]  Whether it is being recorded.
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
 * @property {"microphone" | "camera" | "screen" | "screen_sound" | "camera_2" | "screen_2"} source  Where it comes
 *   from.
 * @property {boolean} muted  Whether nothing of it is forwarded, by its sender's wish or a moderator's.
 * @property {Array<string>} paused  Of several encodings, by rid, those that nobody needs now: don't send them.
 * @property {"small" | "medium" | "large"} shown  How large somebody sees it at most: a camera in one encoding need not
 *   be larger.
 * @typedef {object} Candidate
 *   An ICE candidate on its way to the other person; empty: there are no more.
 * @property {string} candidate  The candidate's line.
 * @property {string | null} [mid]  Its section.
 * @property {number | null} [line]  The number of its section.
 * @typedef {object} Caption
 *   A line of the captions; the latest few are shown, and none is kept.
 * @property {string} person  Who writes: the person's id.
 * @property {string} text
 * @typedef {object} Description
 *   A session description on its way to the other person.
 * @property {"offer" | "answer" | "rollback"} type  As RTCSessionDescription has it.
 * @property {string} [sdp]  A session description, at most 32 KiB.
 * @typedef {object} IceServer
 *   As RTCPeerConnection takes it.
 * @property {Array<string>} urls  Addresses.
 * @property {string} username  Empty for STUN.
 * @property {string} credential  Empty for STUN.
 * @typedef {object} Participant
 *   Somebody in a call, with one tab.
 * @property {string} id  The participant's id.
 * @property {string} person  The person's id.
 * @property {number} generation  Grows with each connection of this participant.
 * @property {boolean} ready  Whether media can flow.
 * @property {Array<CallTrack>} tracks  What they send.
 * @property {Array<"microphone" | "camera" | "screen" | "screen_sound" | "camera_2" | "screen_2">} silenced  What a
 *   moderator has muted: only moderators undo that.
 * @typedef {object} Publishing
 *   A section of an offer in which something is sent.
 * @property {string} mid  The section's mid.
 * @property {"microphone" | "camera" | "screen" | "screen_sound" | "camera_2" | "screen_2"} source  Where it comes
 *   from.
 * @typedef {object} Reactions
 *   How people in the call find it: what came within a quarter of a second, from each worker of the server.
 * @property {Record<string, number>} counts  How often each came.
 * @property {Record<string, "applause" | "heart" | "laugh" | "yes" | "wow" | "thanks">} people  What each person showed
 *   last, by their id. At most fifty are named, those who may speak first.
 * @typedef {object} RecordingAnswered
 *   You have answered whether you agree to be recorded, in this tab or another one; on your own topic.
 * @property {string} call  The call's topic, call:<id>; the id is that of its room.
 * @property {boolean} agrees
 * @typedef {object} RecordingStopped
 *   A recording of the call has ended, and what was recorded is kept.
 * @property {string} recording  Which one.
 * @property {"ended" | "lost" | "failed" | "empty"} why  A moderator ended it; what carried it was interrupted; the
 *   disk took no more; nobody was there.
 * @typedef {object} Sign
 *   Somebody in the call shows something to the others.
 * @property {string} person  The person's id.
 * @property {boolean | null} hand  Their hand is up or down; null: no word of it.
 * @property {"applause" | "heart" | "laugh" | "yes" | "wow" | "thanks" | null} reaction  Always null: how people find
 *   it is told as `reactions`.
 * @typedef {object} Signal
 *   Something from the other person in a call of two, or from your other tab, on your own topic.
 * @property {string} call  The call's topic, call:<id>; the id is that of its room.
 * @property {string} sender  The other person's id; your own with `moved` alone.
 * @property {string} device  The other tab.
 * @property {string} to_device  Which tab of yours is meant; empty: any.
 * @property {number} generation  Of the other RTCPeerConnection: an older one's signals are void.
 * @property {number} [to_generation]  Of yours that it is for: what is for another one is void. 0: for any.
 * @property {boolean} polite  Whether you give way when both offer at once.
 * @property {Record<string, any> | null} description  A session description.
 * @property {Record<string, any> | null} candidate  An ICE candidate.
 * @property {boolean} gone  The other one has left.
 * @property {boolean} [moved]  Your part goes on in another tab of yours: yours of before is over.
 */

export {};
