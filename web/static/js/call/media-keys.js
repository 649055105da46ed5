/** The keys and buttons that a browser or a keyboard has for calls and media. */

/**
 * Answer them. Not every browser knows every action: where it does not, that button is missing there.
 * @param {[string, () => void][]} actions @param {Pick<MediaSession, "setActionHandler"> | undefined} session
 * @returns {() => void} leaves them to others again
 */
export function answerKeys(actions, session = navigator.mediaSession) {
  const answered = actions.filter(([action, run]) => handle(session, action, run)).map(([action]) => action);
  return () => answered.forEach((action) => handle(session, action, null));
}

/** @param {Pick<MediaSession, "setActionHandler"> | undefined} session @param {string} action @param {(() => void) | null} run */
function handle(session, action, run) {
  try {
    session?.setActionHandler(/** @type {any} */ (action), run);
    return Boolean(session);
  } catch {
    return false;
  }
}
