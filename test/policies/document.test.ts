import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { configure } from "../../policies/configuration";
import { rules } from "../../policies/rules";
import { shippedConfiguration } from "../../policies/shipped";
import { TODAY } from "./fixtures/judging";
import { policiesDocument } from "./document";

const FILE = join(__dirname, "../../docs/policies.md");

describe("docs/policies.md", () => {
  it("says what the rules say (UPDATE_GOLDEN=1 writes it)", () => {
    if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(FILE, policiesDocument());
    assert.equal(readFileSync(FILE, "utf8"), policiesDocument());
  });

  it("shows a configuration that is one", () => {
    const example = /```json\n([\s\S]*?)```/.exec(policiesDocument())?.[1] ?? "";
    const { problems, configuration } = configure([JSON.parse(example)], rules);
    assert.deepEqual(problems, []);
    assert.equal(configuration.get("server-image-digest")?.level, "disabled");
  });
});

describe("the rules", () => {
  it("each have a name of their own, and say what they are about", () => {
    assert.equal(new Set(rules.map(({ name }) => name)).size, rules.length);
    for (const { name, family, description, remedy, reads, link } of rules) {
      assert.match(name, new RegExp(`^${family}-[a-z-]+$`));
      for (const text of [description, remedy]) assert.match(text, /^[A-Z`].*\.$/s, name);
      assert.match(reads, /^[a-zA-Z].*[^.]$/, name);
      assert.match(link, /^https:\/\/\S+$/, name);
    }
  });

  it("each are in a file of their own, of their family", () => {
    for (const { name, family } of rules) {
      const sources = readFileSync(join(__dirname, "../../policies/rules/index.ts"), "utf8");
      assert.match(sources, new RegExp(`from "\\./${family}/`), name);
    }
  });

  it("each give their configuration a default that fits its schema", () => {
    const { problems } = configure(
      [
        Object.fromEntries(
          rules.map((rule) => [
            rule.name,
            Object.fromEntries(Object.entries(rule.configSchema).map(([key, { default: value }]) => [key, value])),
          ]),
        ),
      ],
      rules,
    );
    assert.deepEqual(problems, []);
  });

  it("are let off nothing by the pack itself without a reason and a date to come", () => {
    const { configuration, problems } = configure([shippedConfiguration], rules);
    assert.deepEqual(problems, []);
    const exemptions = [...configuration.values()].flatMap((each) => each.exemptions);
    assert.ok(exemptions.length > 0);
    for (const { reason, expires } of exemptions) assert.ok(reason.length >= 40 && expires > TODAY, reason);
  });
});
