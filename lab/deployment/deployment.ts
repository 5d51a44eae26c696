import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Engine } from "../../server/types";
import { KubeApi } from "../cluster/kubeApi";
import type { Lab } from "../lab";
import { LabError } from "../labError";
import { PROJECT_ROOT } from "../paths";
import { NODE_PORTS, SITES, siteOf, type LabSite } from "../plan";
import { waitFor } from "../process/waitFor";
import { applyLinkSecret, CACHE_NAMESPACE } from "../tls/linkTls";
import { installPulumiHome } from "../pulumi/install";
import type { Toolchain, ToolchainKind } from "../toolchain/toolchain";
import { shell, type ShellResult } from "./shell";
import { configPath, renderStackFile, withKept, type StackSecret } from "./stackFile";

export interface DeploymentOptions {
  readonly engine: Engine;
  readonly toolchain: ToolchainKind;
  /** Told each command before it runs, as a user would type it. */
  readonly onCommand?: (line: string) => void;
}

/** The program in a lab's two clusters, driven by the commands that a user has: `pulumi` and `dragonfly-dr`. */
export class Deployment {
  readonly logFile: string;
  private constructor(
    readonly lab: Lab,
    readonly options: DeploymentOptions,
    /** What a shell needs for these commands. */
    readonly env: Readonly<Record<string, string>>,
  ) {
    this.logFile = join(lab.plan.directory, "commands.log");
  }

  /** For a lab that is up: makes its stack files and its stacks where they are not there. */
  static async open(lab: Lab, tools: Toolchain, options: DeploymentOptions): Promise<Deployment> {
    const home =
      options.toolchain === "lab"
        ? await installPulumiHome({ cacheDir: tools.cache, pulumiBinary: tools.program("pulumi", "pulumi") })
        : { env: {} };
    const env = {
      ...home.env,
      PULUMI_BACKEND_URL: lab.pulumi.url,
      PULUMI_CONFIG_PASSPHRASE_FILE: lab.pulumi.passphraseFile,
      DRAGONFLY_DR_SITES: join(lab.plan.directory, "sites.json"),
    };
    const deployment = new Deployment(lab, options, env);
    for (const site of SITES) await deployment.makeStack(site);
    return deployment;
  }

  stackFile(site: LabSite): string {
    return join(this.lab.plan.directory, `Pulumi.${site}.yaml`);
  }

  kubeconfig(site: LabSite): string {
    return siteOf(this.lab.plan, site).kubeconfig;
  }

  /**
   * A site file in which the API server of `lost` is at `address` (https://HOST:PORT), as from a desk that cannot reach
   * the real one.
   */
  sitesWith(lost: LabSite, address: string): string {
    const { sites, ...rest } = JSON.parse(readFileSync(this.env["DRAGONFLY_DR_SITES"] ?? "", "utf8")) as {
      sites: readonly { site: string }[];
    };
    const kubeconfig = join(this.lab.plan.directory, `${lost}-lost.kubeconfig`);
    writeFileSync(kubeconfig, readFileSync(this.kubeconfig(lost), "utf8").replace(/https:\/\/[0-9.]+:6443/, address), {
      mode: 0o600,
    });
    const file = join(this.lab.plan.directory, `sites-without-${lost}.json`);
    writeFileSync(
      file,
      JSON.stringify({ ...rest, sites: sites.map((site) => (site.site === lost ? { ...site, kubeconfig } : site)) }),
    );
    return file;
  }

  /** Where the host reaches a site's clients' Services. */
  url(site: LabSite, access: "write" | "read" = "write"): string {
    const port = access === "write" ? NODE_PORTS.dragonfly : NODE_PORTS.dragonflyRo;
    return `redis://${siteOf(this.lab.plan, site).address}:${port}`;
  }

  async pulumi(command: string, site: LabSite, ...flags: readonly string[]): Promise<ShellResult> {
    const args = [command, "--stack", site, "--config-file", this.stackFile(site), "--non-interactive", ...flags];
    this.options.onCommand?.(`pulumi ${args.join(" ")}`);
    return shell("pulumi", args, { env: this.env, logFile: this.logFile });
  }

  /**
   * `pulumi up` of one site. The link's certificates are put beside it as soon as their namespace is there, as whoever
   * issues them would.
   */
  async up(site: LabSite): Promise<ShellResult> {
    const ended = { value: false };
    const secret = waitFor(() => this.namespaceIsThere(site), {
      what: `namespace ${CACHE_NAMESPACE} of ${site}`,
      deadlineMs: 300_000,
      everyMs: 250,
      giveUp: () => {
        if (ended.value) throw new LabError("pulumi up has ended");
      },
    }).then(() => applyLinkSecret(siteOf(this.lab.plan, site)));
    const [result] = await Promise.allSettled([
      this.pulumi("up", site, "--yes", "--skip-preview").finally(() => (ended.value = true)),
      secret,
    ]);
    if (result.status === "rejected") throw result.reason;
    if (result.value.code === 0) await this.writeSiteFile();
    return result.value;
  }

  preview(site: LabSite, ...flags: readonly string[]): Promise<ShellResult> {
    return this.pulumi("preview", site, "--expect-no-changes", ...flags);
  }

  /** The operator's command; `shown` as a user types it. */
  async cli(...args: readonly string[]): Promise<ShellResult> {
    const shown = `npx dragonfly-dr ${args.join(" ")}`;
    this.options.onCommand?.(shown);
    return shell(process.execPath, [join(PROJECT_ROOT, "dist/cli/main.js"), ...args], {
      env: this.env,
      logFile: this.logFile,
      shown,
    });
  }

  /** A script of lab/load, as a process of its own. */
  load(script: "writer" | "checker" | "seed", ...args: readonly string[]): Promise<ShellResult> {
    return shell(process.execPath, ["--import", "tsx", join(PROJECT_ROOT, "lab/load", `${script}.ts`), ...args], {
      env: {},
      logFile: this.logFile,
    });
  }

  /** The users' passwords, from the owner's Secret. For the lab only: nothing else reads them out. */
  async passwords(): Promise<Readonly<Record<string, string>>> {
    const api = new KubeApi(this.kubeconfig("primary"));
    try {
      const secret = await api.get(`/api/v1/namespaces/${CACHE_NAMESPACE}/secrets/dragonfly-passwords`);
      if (secret === undefined) throw new LabError("Secret dragonfly-passwords: not there; run `make demo`");
      return Object.fromEntries(
        Object.entries(secret["data"] as Record<string, string>).map(([user, data]) => [
          user,
          Buffer.from(data, "base64").toString(),
        ]),
      );
    } finally {
      api.close();
    }
  }

  /** A file with a user's password, for commands that take one. */
  async passwordFile(user: string): Promise<string> {
    const password = (await this.passwords())[user];
    if (password === undefined) throw new LabError(`user ${user}: no such user in Secret dragonfly-passwords`);
    const folder = join(this.lab.plan.directory, "passwords");
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, user), password, { mode: 0o600 });
    return join(folder, user);
  }

  private async makeStack(site: LabSite): Promise<void> {
    const { plan } = this.lab;
    // The engine writes its salt into the file, so an earlier one is kept; the repository's own stays as it is.
    const earlier = existsSync(this.stackFile(site)) ? readFileSync(this.stackFile(site), "utf8") : "";
    const { file, missing } = withKept(renderStackFile(plan, siteOf(plan, site), this.options.engine), earlier);
    const known = existsSync(join(plan.directory, "pulumi/.pulumi/stacks/dragonfly-dr", `${site}.json`));
    writeFileSync(this.stackFile(site), file, { mode: 0o600 });
    if (!known) await this.initStack(site);
    for (const secret of missing) await this.setSecret(site, secret);
  }

  private async initStack(site: LabSite): Promise<void> {
    const { plan } = this.lab;
    // `stack init` would write beside Pulumi.yaml: it is run where there is nothing else.
    const folder = join(plan.directory, "stack-init");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "Pulumi.yaml"), "name: dragonfly-dr\nruntime: nodejs\n");
    const made = await shell("pulumi", ["stack", "init", site, "--no-select", "--non-interactive"], {
      env: this.env,
      logFile: this.logFile,
      cwd: folder,
    });
    if (made.code !== 0) throw new LabError(`pulumi stack init ${site}: ${made.stderr.trim()}`);
  }

  /** Of the S3 server's user; by standard input, as a secret should be. */
  private async setSecret(site: LabSite, secret: StackSecret): Promise<void> {
    const args = [
      "config",
      "set",
      "--secret",
      "--path",
      configPath(secret),
      "--stack",
      site,
      "--config-file",
      this.stackFile(site),
      "--non-interactive",
    ];
    const set = await shell("pulumi", args, {
      env: this.env,
      logFile: this.logFile,
      input: this.lab.storage.access[secret],
    });
    if (set.code !== 0) throw new LabError(`pulumi config set ${configPath(secret)}: ${set.stderr.trim()}`);
  }

  private async namespaceIsThere(site: LabSite): Promise<boolean> {
    const api = new KubeApi(this.kubeconfig(site));
    try {
      return (await api.get(`/api/v1/namespaces/${CACHE_NAMESPACE}`)) !== undefined;
    } finally {
      api.close();
    }
  }

  /** The commands' site file, from the outputs of the stacks that are up. */
  private async writeSiteFile(): Promise<void> {
    const sites: unknown[] = [];
    for (const site of SITES) {
      const { code, stdout } = await shell("pulumi", ["stack", "output", "--json", "--stack", site], {
        env: this.env,
        logFile: this.logFile,
      });
      const entry = code === 0 ? (JSON.parse(stdout) as { site?: unknown }).site : undefined;
      if (entry !== undefined) sites.push(entry);
    }
    writeFileSync(this.env["DRAGONFLY_DR_SITES"] ?? "", `${JSON.stringify({ version: 1, sites }, null, 2)}\n`);
  }
}
