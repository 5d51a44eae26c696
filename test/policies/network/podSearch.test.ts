import assert from "node:assert/strict";
import { plain } from "../../../policies/model/value";
import { NAMESPACE_NAME, type PodEndpoint } from "../../../policies/network/endpoint";
import { findPod, UNMATCHED, type Demands } from "../../../policies/network/podSearch";
import { matches, selector } from "../../../policies/network/selector";
import { Random } from "../random";
import { KEYS, randomSelector, VALUES } from "./randomPolicies";

const NONE = { makes: () => false, labelsOf: (name: string) => ({ [NAMESPACE_NAME]: name }) };

/** Every labelling of the few keys that the random selectors know. */
function everyPod(): PodEndpoint[] {
  let found: Record<string, string>[] = [{}];
  for (const key of KEYS)
    found = found.flatMap((labels) => [
      labels,
      ...[...VALUES, UNMATCHED].map((value) => ({ ...labels, [key]: value })),
    ]);
  return found.map((labels) => ({ kind: "pod", namespace: "n", namespaceLabels: { [NAMESPACE_NAME]: "n" }, labels }));
}

describe("the search for a pod", () => {
  const random = new Random(11);
  const demands = (): Demands => ({ namespaces: [], pods: selector(plain(randomSelector(random, "met")).value) });
  const pods = everyPod();

  it("finds one where there is one among all that there could be, and none where there is none", () => {
    let [some, none] = [0, 0];
    for (let i = 0; i < 1_000; i += 1) {
      const wanted = demands();
      const avoided = Array.from({ length: random.below(6) }, demands);
      const avoids = (pod: PodEndpoint): Demands | undefined => avoided.find((each) => matches(each.pods, pod.labels));
      const expected = pods.some((pod) => matches(wanted.pods, pod.labels) && avoids(pod) === undefined);
      const found = findPod(NONE, wanted, (pod) => {
        const avoid = avoids(pod);
        return avoid === undefined ? "found" : { avoid };
      });
      assert.equal(typeof found === "object", expected, JSON.stringify({ wanted, avoided }));
      if (typeof found === "object") assert.ok(matches(wanted.pods, found.labels) && avoids(found) === undefined);
      if (expected) some += 1;
      else none += 1;
    }
    assert.ok(some > 200 && none > 200, `${some} and ${none}: too one-sided to say much`);
  });

  it("gives up in time where the selectors are made to be hard", () => {
    const all = [..."abcdefghijklmnopqrst"];
    const clauses = Array.from({ length: 400 }, (): Demands => ({
      namespaces: [],
      pods: random
        .some(all, 3)
        .map((key) => ({ key, operator: random.oneIn(2) ? "Exists" : "DoesNotExist", values: [] })),
    }));
    const start = performance.now();
    findPod(NONE, { namespaces: [], pods: [] }, (pod) => {
      const avoid = clauses.find((each) => each.pods.length > 0 && matches(each.pods, pod.labels));
      return avoid === undefined ? "found" : { avoid };
    });
    assert.ok(performance.now() - start < 10_000);
  });
});
