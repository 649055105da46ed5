import { tilesOf } from "fairmatch/call/tiles";
import { equal, test } from "/harness.js";

/** Names on the tiles of a call in which Greta sends, and Ben and Cem watch, as Aylin sees them who watches, too. */
function names({ isOnStage = true, moderates = false, sends = false, hands = /** @type {string[]} */ ([]), more = 0 } = {}) {
  const one = (id, watches) => ({ id, person: id, ready: true, muted: true, silenced: [], tracks: {}, watches });
  const others = [one("greta", false), one("ben", true), one("cem", true), ...Array.from({ length: more }, (_, at) => one(`guest ${at}`, true))];
  const signs = { hands: new Set(hands), reactions: new Map() };
  const call = { isOnStage, moderates, others, signs, may: () => sends, speaks: () => false, card: (id) => ({ id, name: id }), media: { isOn: () => false, tracks: {} }, live: { person: "aylin" } };
  return tilesOf(/** @type {any} */ (call)).people.map(({ card }) => card.name).join(" ");
}

test("on a stage those are seen who send, and who wants to speak", () => {
  equal(names(), "greta");
  equal(names({ hands: ["cem", "aylin"] }), "greta cem You");
  equal(names({ sends: true }), "greta You");
  equal(names({ moderates: true, sends: true }), "greta ben cem You");
  equal(names({ moderates: true, sends: true, more: 30 }), "greta You");
});

test("in a room everybody is seen", () => {
  equal(names({ isOnStage: false }), "greta ben cem You");
});
