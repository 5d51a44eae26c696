import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { siteFields } from "../../../components/settings/site";
import { defaultUsers } from "../../../components/settings/users";
import { argsFile } from "./argsFile";
import { pulumiYaml } from "./pulumiYaml";
import { reference } from "./reference";

const root = join(__dirname, "../../..");

/** What is made from the catalogue, by file. */
const texts: Readonly<Record<string, () => string | Promise<string>>> = {
  "components/settings/args.ts": argsFile,
  "Pulumi.yaml": pulumiYaml,
  "docs/configuration.md": () => reference(Object.keys(siteFields), defaultUsers),
};

describe("what follows from the catalogue of settings", () => {
  for (const [file, make] of Object.entries(texts)) {
    it(`${file} says what the catalogue says (UPDATE_GOLDEN=1 writes it)`, async () => {
      const made = await make();
      const path = join(root, file);
      if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(path, made);
      assert.equal(existsSync(path) ? readFileSync(path, "utf8") : "", made);
    });
  }
});
