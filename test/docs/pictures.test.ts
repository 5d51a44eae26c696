import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pictures } from "../../docs/pictures/draw";
import { box, label } from "../../docs/pictures/svg";

const folder = join(__dirname, "../../docs/pictures");

describe("the pictures of the documentation", () => {
  for (const [file, draw] of Object.entries(pictures))
    it(`${file} is what its source draws (npx tsx docs/pictures/draw.ts)`, () => {
      assert.equal(readFileSync(join(folder, file), "utf8"), draw());
    });

  it("escape what would end a text", () => {
    assert.match(label(0, 0, "a < b & c"), />a &lt; b &amp; c</);
  });

  it("keep a box's lines inside the box", () => {
    const ys = [...box({ x: 0, y: 100, width: 10, height: 80 }, ["a", "b", "c"]).matchAll(/<text x="5" y="([\d.]+)"/g)];
    assert.equal(ys.length, 3);
    for (const [, y] of ys) assert.ok(Number(y) > 100 && Number(y) < 180);
  });
});
