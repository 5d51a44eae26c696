import assert from "node:assert/strict";
import { faultsOf } from "./foreign";
import { networkCases } from "./network";
import { recognitionCases } from "./recognition";

for (const [family, cases] of Object.entries({ "network policies": networkCases, caches: recognitionCases })) {
  describe(`${family} as others write them`, () => {
    for (const foreign of cases)
      it(`are judged rightly: ${foreign.name}`, () => assert.deepEqual(faultsOf(foreign), []));
  });
}
