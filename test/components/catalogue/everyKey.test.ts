import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import type { Fields, Group } from "../../../components/catalogue/node";
import { writtenSettings } from "../../../components/settings/resolve";
import { site } from "../../../components/settings/site";
import { isRecord } from "../../../server/records";
import { renderStack } from "../../../stacks/render";
import { validateSiteConfig, type SiteConfig } from "../../../stacks/siteConfig";
import { asAny, entriesOf, type Entry } from "./entries";
import { givenFor } from "./randomValues";

type Raw = Readonly<Record<string, unknown>>;

/** A stack in which nearly every key can be set to nearly every value, without a conflict with another. */
const base: Raw = {
  site: "primary",
  environment: "lab",
  peers: [{ site: "elsewhere", address: "link.example.com" }],
  network: { apiServer: { cidr: "10.0.0.0/24" }, peerCidrs: ["192.0.2.0/24"] },
  server: { threads: 1, memoryRequest: "1Mi", memoryLimit: "64Gi", storage: { size: "64Gi" }, image: "dragonfly:1.39" },
  gateway: {
    memoryRequest: "1Mi",
    memoryLimit: "64Gi",
    clients: { type: "NodePort", allowedSources: ["10.0.0.0/8"] },
    link: { type: "NodePort" },
  },
  guard: { memoryRequest: "1Mi", memoryLimit: "64Gi" },
  resolver: {
    enabled: true,
    upstreams: ["10.0.0.2"],
    image: "resolver:1",
    memoryRequest: "1Mi",
    memoryLimit: "64Gi",
    replicas: 1,
    maxReplicas: 100,
  },
};
const s3 = {
  endpoint: "http://rustfs.storage.svc:9000",
  bucket: "dragonfly-backups",
  accessKey: "rendered-key",
  secretKey: "rendered-secret",
};
const aws = { bucket: "example-snapshots", region: "eu-central-1", cidrs: ["10.0.0.0/24"], expireDays: 30_000 };
const KMS_KEY = "arn:aws:kms:eu-central-1:111122223333:key/own";
const replicateTo = { bucketArn: "arn:aws:s3:::example-copy" };

/** The same with one key set; with a place for snapshots where the key is one of it. */
function withKey(raw: Raw, path: string, value: unknown): Raw {
  const [name = "", ...rest] = path.split(".");
  if (rest.length === 0) return { ...raw, [name]: value };
  const inner = isRecord(raw[name]) ? raw[name] : name === "s3" ? s3 : name === "aws" ? aws : {};
  const copied = rest[0] === "replicateTo" ? { replicateTo } : {};
  const keys = rest.join(".") === "replicateTo.kmsKeyArn" ? { kmsKeyArn: KMS_KEY } : {};
  return { ...raw, [name]: withKey({ ...inner, ...copied, ...keys }, rest.join("."), value) };
}

const at = (value: unknown, path: string): unknown =>
  path.split(".").reduce<unknown>((found, name) => (isRecord(found) ? found[name] : undefined), value);

/** The value as the component shows it, where it can be read alone. */
const written = ({ field }: Entry, raw: unknown): unknown => field.write(field.settle(raw, "", () => undefined, {}));

function accepted(raw: Raw): SiteConfig | undefined {
  const validated = validateSiteConfig(raw);
  if ("config" in validated) return validated.config;
  for (const { kind, key } of validated.problems) assert.notEqual(kind, "unknown-key", key);
  return undefined;
}

const entries = Object.entries((site as unknown as Group<Fields>).fields)
  .flatMap(([name, node]) => entriesOf(name, asAny(node), "nothing"))
  .filter(({ path }) => !path.includes("[]"));

describe("a key of the catalogue", function () {
  this.timeout(120_000);
  const directory = mkdtempSync(join(tmpdir(), "every-key-"));
  const bundles = Object.fromEntries(
    ["guard", "resolver", "snapshots"].map((name) => [`${name}Bundle`, join(directory, `${name}.cjs`)]),
  );
  before(() => Object.values(bundles).forEach((file) => writeFileSync(file, "// a bundle\n")));
  after(() => rmSync(directory, { recursive: true, force: true }));

  for (const entry of entries) {
    it(`${entry.path} passes through a stack's configuration, or is refused`, () => {
      let found = 0;
      for (const raw of fc.sample(givenFor(entry), { numRuns: 25, seed: 7 })) {
        const config = accepted(withKey(base, entry.path, raw));
        if (config === undefined) continue;
        found += 1;
        const expected = written(entry, raw);
        const actual = at(writtenSettings(config.settings), entry.path);
        // The resolver's namespace is added to the clients.
        const own = entry.path === "network.clients" && Array.isArray(actual) ? actual.slice(0, -1) : actual;
        assert.deepEqual(own, expected, `${entry.path}: ${JSON.stringify(raw)}`);
      }
      assert.ok(found > 0, `${entry.path} takes none of its values`);
    });
  }

  it("is found at the component, whichever keys are set together", async () => {
    const some = fc.record({
      place: fc.constantFrom("s3", "aws"),
      keys: fc.uniqueArray(fc.constantFrom(...entries), { minLength: 10, maxLength: 30, selector: ({ path }) => path }),
      seed: fc.integer(),
    });
    await fc.assert(
      fc.asyncProperty(some, async ({ place, keys, seed }) => {
        let raw = base;
        const set = new Map<string, unknown>();
        for (const entry of keys.filter(
          ({ path }) =>
            (!path.startsWith("snapshots.s3") && !path.startsWith("snapshots.aws")) || path.includes(`.${place}.`),
        )) {
          const [value] = fc.sample(givenFor(entry), { numRuns: 1, seed });
          const next = withKey(raw, entry.path, value);
          if (accepted(next) === undefined) continue;
          raw = next;
          set.set(entry.path, written(entry, value));
        }
        const config = accepted(raw);
        assert.ok(config);
        const { resources } = await renderStack("test", config, bundles);
        const component = resources.find(({ type }) => type === "dragonfly-dr:index:Site");
        for (const [path, expected] of set) {
          const actual = at(component?.props["settings"], path);
          const own =
            path === "network.clients" && Array.isArray(actual)
              ? actual.slice(0, (expected as readonly unknown[]).length)
              : actual;
          assert.deepEqual(own, expected, path);
        }
      }),
      { numRuns: 8 },
    );
  });
});
