import { Call } from "fairmatch/call/call";
import { Media } from "fairmatch/call/media";
import { Signs } from "fairmatch/call/signs";
import { equal, test } from "/harness.js";

/** @returns {[Signs, object[]]} */
function signs() {
  const told = [];
  const line = { request: async (_method, params) => void told.push(params) };
  return [new Signs({ person: "me", line }, "call:1", (person) => person.toUpperCase()), told];
}

test("a hand stands until it is put down or its owner leaves", () => {
  const [shown] = signs();
  shown.meet(["anna", "ben"]);
  shown.take({ person: "anna", hand: true, reaction: null });
  shown.take({ person: "ben", hand: true, reaction: null });
  equal([...shown.hands], ["anna", "ben"]);
  equal(shown.said, "BEN wants to speak.");
  shown.take({ person: "anna", hand: false, reaction: null });
  shown.meet(["anna"]);
  equal([...shown.hands], []);
  shown.end();
});

test("whoever comes later is shown the hand that I have up", async () => {
  const [shown, told] = signs();
  shown.meet(["anna"]);
  await shown.toggle();
  shown.meet(["anna"]);
  shown.meet(["anna", "ben"]);
  equal(told, [{ call: "call:1", hand: true }, { call: "call:1", hand: true }]);
  shown.end();
});

test("a hand that nobody could be told of is down again", async () => {
  const line = { request: () => Promise.reject(new Error("away")) };
  const shown = new Signs({ person: "me", line }, "call:1", () => "Me");
  await shown.toggle();
  equal(shown.isUp, false);
  shown.end();
});

test("a reaction that is not known shows nothing", () => {
  const [shown] = signs();
  shown.gather({ counts: { sermon: 1 }, people: { anna: "sermon" } });
  equal([[...shown.reactions], shown.said], [[], ""]);
  shown.gather({ counts: { heart: 1 }, people: { anna: "heart" } });
  equal([[...shown.reactions], shown.said], [[["anna", "❤️"]], "ANNA: ❤️"]);
  shown.end();
});

test("a few who react at once are named, of a crowd it is said how many", () => {
  const [shown] = signs();
  shown.gather({ counts: { heart: 2, wow: 1 }, people: { anna: "heart", me: "wow" } });
  equal(shown.said, "ANNA: ❤️, You: 😮");
  const people = Object.fromEntries(["anna", "ben", "cem", "dana"].map((person) => [person, "applause"]));
  shown.gather({ counts: { applause: 112, sermon: 1, wow: 3 }, people });
  equal(shown.said, "👏 112, 😮 3");
  equal([...shown.reactions.values()], ["👏", "😮", "👏", "👏", "👏"]);
  shown.end();
});

test("what a worker of an older release tells one by one is shown as well", () => {
  const [shown] = signs();
  shown.take({ person: "anna", hand: null, reaction: "heart" });
  equal([[...shown.reactions], shown.said], [[["anna", "❤️"]], "ANNA: ❤️"]);
  shown.end();
});

test("of the last one it is said by name that they have left, of several that everybody has", () => {
  const [shown] = signs();
  shown.meet([]);
  equal(shown.gone, "", "nobody was there yet");
  shown.meet(["anna", "ben"]);
  shown.meet(["ben"]);
  shown.nameOf = () => "Participant"; // the page knows only who is there
  shown.meet([]);
  shown.meet([]);
  equal(shown.gone, "BEN has left.");
  shown.meet(["anna", "ben"]);
  shown.meet([]);
  equal(shown.gone, "Everybody else has left.");
  shown.meet(["anna"]);
  shown.meet([], false);
  shown.meet([], true);
  equal(shown.gone, "", "the call was cut off, and nobody is back yet");
  shown.meet(["anna"]);
  shown.meet([]);
  equal(shown.gone, "Participant has left.");
  shown.end();
});

test("what reaches nobody is said in the line, and why, once", async () => {
  let code = "closed";
  const line = { request: async () => Promise.reject(Object.assign(new Error(), { code })) };
  const shown = new Signs({ person: "me", line }, "call:1", () => "Me");
  const said = /** @type {string[]} */ ([]);
  shown.addEventListener("change", () => said.at(-1) !== shown.said && said.push(shown.said));
  await shown.toggle();
  equal([shown.isUp, said], [false, ["Your hand is up.", "That did not get through. Try again in a moment."]]);
  await shown.react("👏");
  equal(said.length, 2, "the same is not said anew");
  code = "too_many";
  await shown.react("👏");
  equal(said.at(-1), "That was a lot at once. Wait a moment, then go on.");
  code = "forbidden";
  shown.fail({ code });
  equal([said.at(-1), shown.wrong], ["You may not do that here.", "You may not do that here."]);
  shown.take({ person: "anna", hand: true });
  equal([shown.said, shown.wrong], ["Me wants to speak.", ""]);
  shown.end();
});

test("a hand that cannot be taken down stays up, and who comes meanwhile is no reason to say anything", async () => {
  let isAway = false;
  const line = { request: async () => (isAway ? Promise.reject(new Error("away")) : {}) };
  const shown = new Signs({ person: "me", line }, "call:1", () => "Me");
  await shown.toggle();
  isAway = true;
  const { said } = shown;
  shown.meet(["anna"]);
  await Promise.resolve();
  equal(shown.said, said);
  await shown.toggle();
  equal([shown.isUp, shown.said], [true, "That did not get through. Try again in a moment."]);
  shown.end();
});

test("captions that reach nobody are said like hands", async () => {
  const room = Object.assign(new EventTarget(), { may: null });
  const request = () => Promise.reject(Object.assign(new Error(), { code: "too_many" }));
  const line = { state: "live", join: () => ({ store: room, release: () => {} }), doubt: () => {}, request };
  const call = new Call(/** @type {any} */ ({ line, person: "me" }), /** @type {any} */ ({ topic: "call:1", people: [] }), new Media());
  equal([await call.captions.send("Good evening"), call.signs.wrong], [false, "That was a lot at once. Wait a moment, then go on."]);
  call.end();
});
