import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { installPulumiHome, shellQuote } from "../../../lab/pulumi/install";

describe("a PULUMI_HOME", function () {
  this.timeout(120_000);
  let cacheDir = "";
  let pulumiBinary = "";

  before(async () => {
    cacheDir = await mkdtemp(join(tmpdir(), "dragonfly-dr-home-"));
    pulumiBinary = join(cacheDir, "pulumi");
    await writeFile(pulumiBinary, "the CLI", { mode: 0o755 });
  });
  after(() => rm(cacheDir, { recursive: true, force: true }));

  it("holds the CLI and the plugins where the engine looks, and is made once", async () => {
    const [first, second] = await Promise.all([
      installPulumiHome({ cacheDir, pulumiBinary }),
      installPulumiHome({ cacheDir, pulumiBinary }),
    ]);
    assert.deepEqual(first, second);
    const home = first.env["PULUMI_HOME"] ?? "";
    const places = [
      "bin/pulumi",
      "bin/pulumi-language-nodejs",
      "plugins/resource-random-v4.21.2/pulumi-resource-random",
      "plugins/resource-kubernetes-v4.34.2/pulumi-resource-kubernetes",
    ];
    for (const place of places) assert.ok(existsSync(join(home, place)), place);
    assert.ok(first.env["PATH"]?.startsWith(`${join(home, "bin")}:`));
    assert.deepEqual((await readdir(cacheDir)).filter((name) => name.startsWith("pulumi-home-")).length, 1);
  });

  it("is another one when the CLI is another one", async () => {
    const before = await installPulumiHome({ cacheDir, pulumiBinary });
    await writeFile(pulumiBinary, "a newer CLI");
    const after = await installPulumiHome({ cacheDir, pulumiBinary });
    assert.notEqual(before.env["PULUMI_HOME"], after.env["PULUMI_HOME"]);
  });

  it("goes when nobody has used it for a day", async () => {
    const { env } = await installPulumiHome({ cacheDir, pulumiBinary });
    const [old, recent] = [
      await mkdtemp(join(cacheDir, "pulumi-home-")),
      await mkdtemp(join(cacheDir, "pulumi-home-")),
    ];
    const longAgo = new Date(Date.now() - 25 * 3_600_000);
    await utimes(old, longAgo, longAgo);
    await utimes(env["PULUMI_HOME"] ?? "", longAgo, longAgo);
    await installPulumiHome({ cacheDir, pulumiBinary });
    assert.deepEqual(
      [old, recent, env["PULUMI_HOME"] ?? ""].map((home) => existsSync(home)),
      [false, true, true],
    );
  });

  it("cannot be made without the CLI", async () => {
    await assert.rejects(installPulumiHome({ cacheDir, pulumiBinary: "/no/pulumi" }), {
      message: "/no/pulumi: the Pulumi CLI is not there; build the lab's tools first",
    });
  });

  it("has plugins that tell their port and end with the engine", async () => {
    const { env } = await installPulumiHome({ cacheDir, pulumiBinary });
    const plugin = join(env["PULUMI_HOME"] ?? "", "plugins/resource-random-v4.21.2/pulumi-resource-random");
    // In place of the engine: a shell that starts the plugin, tells its process id, and is killed.
    const engine = spawn("/bin/sh", ["-c", `${shellQuote(plugin)} 127.0.0.1:1 & echo pid $!; wait`], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [pluginId, port] = await pidAndPort(engine);
    assert.match(port, /^\d+$/);
    engine.kill("SIGKILL");
    await once(engine, "exit");
    while (isRunning(Number(pluginId))) await delay(50);
  });
});

/** The shell's line and the plugin's, whichever comes first. */
async function pidAndPort(child: ChildProcess): Promise<[string, string]> {
  let text = "";
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk);
    const lines = text.split("\n").slice(0, -1);
    if (lines.length < 2) continue;
    const isPid = (line: string): boolean => line.startsWith("pid ");
    return [lines.find(isPid)?.slice(4) ?? "", lines.find((line) => !isPid(line)) ?? ""];
  }
  throw new Error(`ended after ${JSON.stringify(text)}`);
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch {
    return false;
  }
}
