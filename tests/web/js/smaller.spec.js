import { smaller } from "fairmatch/people/smaller";
import { equal, ok, test } from "/harness.js";

/** A photo as telephones take them: many pixels, no two alike. */
async function photo() {
  const canvas = Object.assign(document.createElement("canvas"), { width: 1500, height: 1500 });
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const picture = pen.createImageData(canvas.width, canvas.height);
  for (let at = 0; at < picture.data.length; at += 65_536) crypto.getRandomValues(picture.data.subarray(at, at + 65_536));
  pen.putImageData(picture, 0, 0);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  return new File([/** @type {Blob} */ (blob)], "me.png", { type: "image/png" });
}

test("a photo is made smaller where the browser hands out what it draws, and sent as it is where that would be noise", async () => {
  const given = await photo();
  const sent = await smaller(given);
  ok(sent.size < given.size, `${given.size} became ${sent.size}`);
  equal([sent.type, (await createImageBitmap(sent)).width], ["image/jpeg", 1024]);

  const { prototype } = CanvasRenderingContext2D;
  const { getImageData } = prototype;
  prototype.getImageData = function (...asked) {
    const found = getImageData.apply(this, asked);
    crypto.getRandomValues(found.data);
    return found;
  };
  try {
    ok((await smaller(given)) === given, "as Firefox does it where it resists being known again");
  } finally {
    prototype.getImageData = getImageData;
  }
});
