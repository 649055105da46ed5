import { FakeStorage, message } from "/fakes.js";
import { equal, ok, settle, test } from "/harness.js";
import { BEN, LOBBY, many, mine, press, rows, shown, type } from "/shown.js";

const texts = (log) => rows(log).map((row) => row.querySelector(".message-text").textContent.trim());

test("Enter sends, and the message is there at once", async () => {
  const { log, socket, area } = await shown(many(1));
  await type(area, "hello");
  await press(area, "Enter");
  equal([texts(log).at(-1), area.value, socket.asked("chat.send")[0].p.text], ["hello", "", "hello"]);
});

test("Shift+Enter and Enter while composing do not send", async () => {
  const { socket, area } = await shown(many(1));
  await type(area, "にほ");
  await press(area, "Enter", { isComposing: true });
  await press(area, "Enter", { keyCode: 229 });
  await press(area, "Enter", { shiftKey: true });
  equal([socket.asked("chat.send").length, area.value], [0, "にほ"]);
});

test("the Enter with which Safari ends composing neither saves a correction nor calls somebody", async () => {
  const { log, socket, area } = await shown([mine(1), message(2, { author: BEN })]);
  await press(area, "ArrowUp");
  const field = log.querySelector(".message-editor textarea");
  field.value = "にほ";
  await press(field, "Enter", { keyCode: 229 });
  equal([socket.asked("chat.edit").length, field.isConnected], [0, true]);
  await press(field, "Escape");
  await type(area, "@Be");
  await press(area, "Enter", { keyCode: 229 });
  equal(area.value, "@Be");
});

test("where CSS cannot, a field grows with its text all the same, also with lines that the browser breaks", async () => {
  const { supports } = CSS;
  CSS.supports = () => false;
  try {
    const long = "a long word and another ".repeat(20);
    const { log, area } = await shown([{ ...mine(1), text: long }]);
    area.style.width = "200px";
    const before = area.clientHeight;
    await press(area, "ArrowUp");
    const field = log.querySelector(".message-editor textarea");
    await type(area, long);
    for (const one of [area, field]) ok(one.clientHeight >= one.scrollHeight && one.clientHeight > before, `${one.clientHeight} of ${one.scrollHeight}`);
    area.value = "";
    area.dispatchEvent(new InputEvent("input", { bubbles: true }));
    equal(area.clientHeight, before);
  } finally {
    CSS.supports = supports;
  }
});

test("nothing but space is not sent", async () => {
  const { socket, area } = await shown(many(1));
  await type(area, " \n ");
  await press(area, "Enter");
  equal(socket.asked("chat.send").length, 0);
});

test("what one began to write is there again after a reload, with whom it calls", async () => {
  const kept = new FakeStorage();
  const first = await shown([message(1, { author: BEN })], {}, kept);
  await type(first.area, "see @be");
  await press(first.area, "Enter");
  equal(first.area.value, "see @Ben Krüger ");
  first.conversation.close();
  const second = await shown(many(1), {}, kept);
  equal(second.area.value, "see @Ben Krüger ");
  await press(second.area, "Enter");
  equal(second.socket.asked("chat.send")[0].p.text, `see @[Ben Krüger](${BEN.id})`);
  equal(second.live.drafts.of(LOBBY), null);
});

test("people are called from a list that is walked through by keyboard and read out", async () => {
  const cem = { id: "0190a000-0000-7000-8000-000000000003", name: "Cem Bentz", photo: null };
  const { area, element } = await shown([message(1, { author: BEN }), message(2, { author: cem })]);
  await type(area, "Hi @be");
  const options = [...element.querySelectorAll("[role=option]")];
  equal(options.map((option) => option.querySelector("bdi").textContent), ["Cem Bentz", "Ben Krüger"]);
  equal([area.getAttribute("aria-activedescendant"), element.querySelector(".mention-place [role=status]").textContent],
    [options[0].id, "2 people found, choose with the arrow keys"]);
  await press(area, "ArrowDown");
  equal(area.getAttribute("aria-activedescendant"), options[1].id);
  await press(area, "Escape");
  equal([element.querySelector("[role=listbox]"), area.value, area.hasAttribute("aria-activedescendant")], [null, "Hi @be", false]);
});

test("people whom only the server knows are found, too", async () => {
  const { area, element, socket } = await shown(many(1));
  await type(area, "@zo");
  await new Promise((resolve) => setTimeout(resolve, 200));
  equal(socket.asked("chat.mentionable").map(({ p }) => p), [{ channel: LOBBY, q: "zo" }]);
  await socket.answer("chat.mentionable", { people: [{ id: BEN.id, name: "Zoë Lind", photo: null, organisation: "Hafen" }] });
  equal(element.querySelector("[role=option]").textContent.replace(/\s+/g, " ").trim().slice(-14), "Zoë Lind Hafen");
});

test("an address with an @ in it calls nobody", async () => {
  const { area, element } = await shown([message(1, { author: BEN })]);
  await type(area, "mail ben@be");
  equal(element.querySelector("[role=listbox]"), null);
});

test("the arrow up in the empty field edits the last message of one's own", async () => {
  const { log, area, socket } = await shown([mine(1), mine(2), message(3, { author: BEN })]);
  area.focus();
  await press(area, "ArrowUp");
  const editor = log.querySelector(".message-editor textarea");
  equal([editor.value, document.activeElement === editor], ["text 2", true]);
  editor.value = "better";
  await press(editor, "Enter");
  equal([socket.asked("chat.edit")[0].p.message, texts(log)[1].startsWith("better")], ["m2", true]);
  equal(document.activeElement.id, "message-m2");
});

test("Escape leaves a message as it was, and leads back to the field", async () => {
  const { log, area, socket } = await shown([mine(1)]);
  await press(area, "ArrowUp");
  await press(log.querySelector(".message-editor textarea"), "Escape");
  equal([log.querySelector(".message-editor"), socket.asked("chat.edit").length], [null, 0]);
  await press(document.activeElement, "Escape");
  equal(document.activeElement, area);
});

test("a second press of Send sends nothing more, and the empty field is no mistake", async () => {
  const { area, element, socket } = await shown([]);
  let scolded = false;
  area.addEventListener("invalid", () => (scolded = true));
  area.value = "Hello";
  const send = element.querySelector(".composer-send");
  send.click();
  send.click();
  await settle();
  equal([scolded, socket.asked("chat.send").length, document.activeElement === area], [false, 1, true]);
});
