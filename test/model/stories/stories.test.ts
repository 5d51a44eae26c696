import assert from "node:assert/strict";
import { REAL_RULES } from "../guard/turn";
import { EVERYTHING } from "../search/configurations";
import { replay, tell } from "../search/shrink";
import { STORIES } from "./stories";

describe("what the model check found", function () {
  this.timeout(120_000);
  for (const { name, engine, sites, events, open } of STORIES)
    for (const configuration of EVERYTHING.filter((c) => c.sites === sites)) {
      if (engine !== "both" && engine !== configuration.engine) continue;
      it(`${name} (${configuration.engine}${open === undefined ? "" : `; open: ${open}`})`, async () => {
        const violation = await replay(configuration, events, REAL_RULES);
        if (open !== undefined) return assert.ok(violation, "it holds: take the mark `open` off");
        const story = violation === null ? "" : await tell({ configuration, events, violation }, REAL_RULES);
        assert.equal(violation, null, story);
      });
    }
});
