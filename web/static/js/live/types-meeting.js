// Made by `python -m server.live.document` from the messages in server/live/wire. Change those, not this.

/**
 * @typedef {object} MeetingChanged
 *   A meeting is longer, at another time, or called off.
 * @property {string} starts_at  When it begins, ISO 8601 in UTC.
 * @property {string} ends_at  When it ends, ISO 8601 in UTC.
 * @property {boolean} cancelled  Whether it was called off.
 * @typedef {object} MeetingFiles
 *   The files of a meeting are others now: ask for its page of files.
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
 * @typedef {object} MeetingWords
 *   The notes.
 * @property {number} version  Their version; 0 where nobody has written yet.
 * @property {string} text  The whole text.
 * @typedef {object} MeetingWritten
 *   How the notes of a meeting are, for whoever may have missed what was written.
 * @property {string} meeting  The meeting's topic, meeting:<id>.
 * @typedef {object} MeetingsMine
 *   What waits for me.
 * @typedef {object} MyMeetings
 *   What waits for somebody.
 * @property {number} waiting  How many requests, and questions to step in, wait for their answer.
 * @property {NextMeeting | null} next  The meeting that runs or comes next, or null.
 * @property {NextMeeting | null} following  The one after it, or null.
 * @property {StepIn | null} offer  Whether they would step in, asked last and not answered yet, or null.
 * @property {string} mark  Another one than before: something of their meetings and requests is different. Pages that
 *   show them carry the one that they were made with.
 * @typedef {object} NextMeeting
 *   The meeting that comes next.
 * @property {string} id  The meeting's id.
 * @property {string} name  Whom one meets, several names with commas.
 * @property {string} starts_at  When it begins, ISO 8601 in UTC.
 * @property {string} ends_at  When it ends, ISO 8601 in UTC.
 * @property {string} path  The address of its room.
 * @typedef {object} StepIn
 *   Somebody waits in vain in a meeting, and one is asked to step in.
 * @property {string} id  The question's id.
 * @property {string} name  Who waits.
 * @property {string} until  Until when it is worth it, ISO 8601 in UTC.
 * @property {string} path  The address at which to answer.
 * @typedef {object} TeamAsked
 *   What one's team at a fair is asked is something else now: ask for its page.
 * @property {string} request  The id of the request that came, went on, or was answered.
 */

export {};
