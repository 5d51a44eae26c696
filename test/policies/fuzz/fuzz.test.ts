import { Random } from "../random";
import { fuzz } from "./stacks";

/** A slice in every run of the tests; the nightly target sets the number. */
const CASES = Number(process.env["FUZZ_CASES"] ?? 10_000);
const SEED = Number(process.env["FUZZ_SEED"] ?? 1);

describe("random stacks and ACL files", function () {
  this.timeout(0);

  it(`crash no rule and no parser: ${CASES} from seed ${SEED}`, () => {
    for (let at = 0; at < CASES; at += 1) {
      const seed = SEED + at;
      try {
        fuzz(new Random(seed), seed);
      } catch (error) {
        throw new Error(`case ${at} (FUZZ_SEED=${seed})`, { cause: error });
      }
    }
  });
});
