// Builds what is published and what the pods run: dist/ (JavaScript of the library, the commands and the policies)
// and dist/bundles/*.cjs (one file each, put into a ConfigMap and run by the official Node image).
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, statSync, chmodSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { dirname, join } from "node:path";
import { build } from "esbuild";

const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, "dist");
/** A ConfigMap holds 1 MiB; a bundle keeps well below it. */
const MAX_BUNDLE_BYTES = 700_000;
const bundles = { guard: "guard/main.ts", resolver: "resolver/main.ts", snapshots: "snapshots/main.ts" };

const onlyBundles = process.argv.includes("--bundles");
if (!onlyBundles) rmSync(dist, { recursive: true, force: true });
mkdirSync(join(dist, "bundles"), { recursive: true });

for (const [name, entry] of Object.entries(bundles)) {
  if (!existsSync(join(root, entry))) continue;
  const outfile = join(dist, "bundles", `${name}.cjs`);
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    minify: true,
    // Function names for stack traces, where there is room: beside S3's client there is not.
    keepNames: name !== "snapshots",
    legalComments: "none",
    logLevel: "warning",
  });
  const { size } = statSync(outfile);
  if (size > MAX_BUNDLE_BYTES)
    throw new Error(`${name}.cjs has ${size} bytes; at most ${MAX_BUNDLE_BYTES} fit beside other data in a ConfigMap`);
}

if (!onlyBundles) {
  // The policy pack as one file beside its package.json: the folder runs wherever it is copied to. Pulumi's own
  // libraries stay outside, as the engine brings them together with the pack's dependencies.
  await build({
    absWorkingDir: root,
    entryPoints: ["policies/pack.ts"],
    outfile: join(root, "policies/dist/pack.cjs"),
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    external: ["@pulumi/*"],
    legalComments: "none",
    logLevel: "warning",
  });
  execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.build.json"], {
    cwd: root,
    stdio: "inherit",
  });
  const cli = join(dist, "cli/main.js");
  if (existsSync(cli)) chmodSync(cli, 0o755);
}
