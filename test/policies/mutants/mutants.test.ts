import assert from "node:assert/strict";
import { Deployment } from "../../../policies/model/deployment";
import { judgeAll, run, type Outcome } from "./run";
import { harmlessVariations } from "./harmless";
import { mutantsOf, SURVIVORS, survivorOf } from "./all";
import { goodWorlds, type Mutant, type World } from "./world";
import { Random } from "../random";

const MINUTE = 60_000;
/** Ten words of a message are enough to know it by. */
const list = (outcomes: readonly Outcome[]): string[] =>
  outcomes.map(({ mutant, said }) => `${mutant.name}${said.length === 0 ? "" : ` → ${said.slice(0, 2).join("; ")}`}`);

describe("mutants of the policy pack", function () {
  this.timeout(20 * MINUTE);
  let worlds: readonly World[] = [];
  let outcomes: readonly Outcome[] = [];

  before(async () => {
    worlds = await goodWorlds();
    outcomes = worlds.flatMap(mutantsOf).map(run);
  });

  it("start from stacks that break no rule", () => {
    for (const world of worlds)
      assert.deepEqual(
        judgeAll(world.resources).violations.map(({ rule, message }) => `${world.name}: ${rule.name}: ${message}`),
        [],
      );
  });

  it("are many, of every family, and each changes something", () => {
    assert.ok(outcomes.length >= 2000, String(outcomes.length));
    for (const family of ["acl", "network", "server", "storage", "dr"])
      assert.ok(outcomes.filter(({ mutant }) => mutant.family === family).length >= 100, family);
    assert.equal(new Set(outcomes.map(({ mutant }) => mutant.name)).size, outcomes.length, "two have one name");
    const original = new Map(worlds.map(({ name, resources }) => [name, JSON.stringify(resources)]));
    const idle = outcomes.filter(
      ({ mutant }) => JSON.stringify(mutant.make()) === original.get(mutant.name.split(":")[0] ?? ""),
    );
    assert.deepEqual(list(idle), []);
  });

  it("are each caught by a rule of their family, but for those that make no difference", () => {
    assert.deepEqual(list(outcomes.filter(({ caught, mutant }) => !caught && survivorOf(mutant) === undefined)), []);
  });

  it("have no survivor that is excused and caught after all", () => {
    assert.deepEqual(list(outcomes.filter(({ caught, mutant }) => caught && survivorOf(mutant) !== undefined)), []);
    for (const { name } of SURVIVORS)
      assert.ok(
        outcomes.some(({ mutant }) => name.test(mutant.name)),
        `no mutant is called ${String(name)}`,
      );
  });

  it("never make a message repeat a secret", () => {
    const secrets = worlds.flatMap(secretsOf);
    assert.ok(secrets.length > 50);
    const told = outcomes.filter(({ said, gaps }) =>
      [...said, ...gaps].some((message) => secrets.some((secret) => message.includes(secret))),
    );
    assert.deepEqual(
      told.map(({ mutant }) => mutant.name),
      [],
    );
  });

  it("are judged alike in any order of the resources", () => {
    const random = new Random(4);
    const report = (mutant: Mutant, shuffled: boolean): string => {
      const made = mutant.make();
      const { violations, notJudged } = judgeAll(
        shuffled
          ? made
              .map((each) => ({ each, rank: random.below(1000) }))
              .sort((a, b) => a.rank - b.rank)
              .map(({ each }) => each)
          : made,
      );
      return JSON.stringify([
        violations.map(({ rule, message, part }) => [rule.name, message, part]),
        notJudged.map(({ rule, message }) => [rule.name, message]),
      ]);
    };
    for (const { mutant } of outcomes.filter((_, i) => i % 50 === 0))
      assert.equal(report(mutant, true), report(mutant, false), mutant.name);
  });
});

describe("harmless variations", function () {
  this.timeout(20 * MINUTE);

  it("raise no alarm, not even where much is unknown", async () => {
    const outcomes = (await goodWorlds()).flatMap(harmlessVariations).map(run);
    assert.ok(outcomes.length >= 1000, String(outcomes.length));
    assert.deepEqual(list(outcomes.filter(({ caught }) => caught)), []);
  });

  it("say what could not be judged for want of knowledge", async () => {
    const [world] = await goodWorlds();
    assert.ok(world !== undefined);
    const object = "(apps|networking|core/v1:(Secret cache-server|ConfigMap cache-server-site))";
    const unknown = new RegExp(`unknown: (spec|data) of kubernetes:${object}`);
    const silent = harmlessVariations(world)
      .filter(({ name }) => unknown.test(name))
      .map(run)
      .filter(({ gaps }) => gaps.length === 0);
    assert.deepEqual(
      silent.map(({ mutant }) => mutant.name),
      [],
    );
  });
});

/** Passwords and what mutants put in their place; long enough to be nobody's by chance. */
function secretsOf({ resources }: World): string[] {
  const deployment = Deployment.of(resources);
  const held = deployment.stacks
    .flatMap((stack) => stack.ofKind("", "Secret"))
    .flatMap(({ body }) => {
      const data = typeof body === "object" && body !== null && "data" in body ? (body.data as unknown) : {};
      return Object.values(data as Record<string, unknown>).flatMap((value) => [
        String(value),
        Buffer.from(String(value), "base64").toString(),
      ]);
    });
  const lines = held.flatMap((text) => text.match(/#?[0-9a-f]{64}/g) ?? []);
  return [...new Set([...held, ...lines, "hunter2", "correct horse battery staple!", "Ab3_x"])].filter(
    (secret) => secret.length >= 5,
  );
}
