/**
 * Whom one can call without asking the server: who wrote here, and who is here.
 *
 * @typedef {import("../live/types.js").ChatMessage} Message
 * @typedef {{ id: string, name: string, photo?: string | null, organisation?: string | null }} Person
 */

const MOST = 8;

/** @param {Message[]} messages @param {Person[]} here @returns {Person[]} who wrote last comes first */
export function authorsOf(messages, here) {
  const authors = messages.map(({ author }) => author).reverse();
  return [...new Map([...here, ...authors].map((person) => [person.id, person])).values()].filter(({ id }) => id);
}

/** @param {Person[]} people @param {string} q  the beginning of any word of the name @param {string} me  id */
export function matching(people, q, me) {
  const wanted = folded(q.trim());
  const isMeant = (/** @type {Person} */ { id, name }) => {
    const whole = folded(name);
    return id !== me && (whole.startsWith(wanted) || whole.split(/[\s-]+/u).some((word) => word.startsWith(wanted)));
  };
  return people.filter(isMeant).slice(0, MOST);
}

/** Without case and accents. @param {string} text */
function folded(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/ß/g, "ss");
}
