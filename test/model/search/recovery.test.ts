import assert from "node:assert/strict";
import { namedIn } from "./recovery";

const SITES = ["primary", "dr"];

describe("the commands that a message names, in the model", () => {
  it("are read with their options, in order, each once", () => {
    const text =
      "site dr has newer data than this server; run dragonfly-dr failover --to dr, or dragonfly-dr serve " +
      "--accept-loss --site primary; run failover --to dr again";
    assert.deepEqual(namedIn(text, SITES), ["failover --to dr", "serve --accept-loss --site primary"]);
  });
  it("keep a flag apart from the word after it", () => {
    assert.deepEqual(namedIn("run dragonfly-dr failover --to dr --accept-partial to promote it", SITES), [
      "failover --to dr --accept-partial",
    ]);
  });
  it("stand for every site where they name none", () => {
    assert.deepEqual(namedIn("use failover --to SITE", SITES), ["failover --to primary", "failover --to dr"]);
    const text = "run dragonfly-dr failover --to the site that is to serve";
    assert.deepEqual(namedIn(text, ["dr", "primary"]), ["failover --to dr", "failover --to primary"]);
  });
});
