import { _, time } from "fairmatch/i18n";

/**
 * Why something could not be done, in words.
 *
 * @typedef {import("../live/outbox.js").Entry} Entry
 */

/** Why one cannot write here, for the composer. @param {{ why: string | null, until: string | null }} rights @param {string} [zone] */
export function whyClosed({ why, until }, zone) {
  if (why === "muted" && until)
    return _("A moderator asked you to pause until %(time)s.", { time: time(new Date(until), { zone, named: true }) });
  if (why === "muted") return _("A moderator asked you to pause here.");
  if (why === "banned") return _("You cannot take part here any more.");
  if (why === "closed") return _("You can write to each other while you are at the same fair.");
  return _("You cannot write here.");
}

/** What happened to a change that failed, and that nothing is lost. @param {Entry | null} entry */
export function notSent(entry) {
  const code = entry?.error?.code ?? "";
  if (entry?.method === "chat.edit") return notChanged(code);
  if (entry?.method === "chat.delete") return _("Not deleted.");
  if (code === "muted") return _("Not sent: a moderator asked you to pause. It is kept here.");
  if (code === "forbidden" || code === "banned" || code === "not_found") return _("Not sent: you cannot write here any more. It is kept here.");
  if (code === "bad_request" || code === "too_large") return _("Not sent: the text cannot be sent like this. It is kept here.");
  return _("Not sent. It is kept here.");
}

/** @param {string} code */
function notChanged(code) {
  if (code === "conflict" || code === "forbidden") return _("Not changed: it is too long ago, or the message was deleted.");
  return _("Not changed. Your words are kept here.");
}
