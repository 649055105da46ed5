import { render } from "lit";
import { Programs } from "fairmatch/call/programs";
import { equal, settle, test } from "/harness.js";

/** What somebody sees of it who may send and watch so much. @param {{ sends?: boolean, listens?: boolean, takes?: boolean }} may */
function shown({ sends = true, listens = true, takes = true }) {
  const asked = [];
  const request = async (method, params) => (asked.push([method, params]), { path: `/${params.way}/1`, token: `of ${params.way}` });
  const call = { takesPrograms: takes, may: () => sends, room: { may: { listen: listens } }, place: { topic: "call:1" }, live: { line: { request } } };
  const ground = document.createElement("div");
  document.body.replaceChildren(ground);
  const draw = () => render(programs.view(), ground);
  const programs = new Programs(/** @type {any} */ (call), draw);
  draw();
  const press = async (way) => (document.querySelector(`[data-makes=${way}]`)?.dispatchEvent(new Event("click")), settle());
  const values = () => [...document.querySelectorAll("input")].map(({ value }) => value);
  return { asked, press, values, offered: [...document.querySelectorAll("[data-makes]")].map((one) => one.getAttribute("data-makes")) };
}

test("who may send gets an address and a token for an encoder, and for a player, one at a time", async () => {
  const { asked, press, values, offered } = shown({});
  equal([offered, values()], [["whip", "whep"], []]);
  await press("whip");
  equal(values(), [`${location.origin}/whip/1`, "of whip"]);
  await press("whep");
  equal(values(), [`${location.origin}/whep/1`, "of whep"]);
  equal(asked, [["call.token", { call: "call:1", way: "whip" }], ["call.token", { call: "call:1", way: "whep" }]]);
});

test("who may only watch gets none for an encoder, and nobody where something else carries the call", () => {
  equal(shown({ sends: false }).offered, ["whep"]);
  equal(shown({ takes: false }).offered, []);
});
