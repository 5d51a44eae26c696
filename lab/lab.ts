import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Cluster } from "./cluster/cluster";
import { Network } from "./cluster/network";
import { buildImages, importImages, type BuiltImage } from "./images/imageStore";
import { LabError } from "./labError";
import { NameServer } from "./names/nameServer";
import { toxiproxyUrl, WanLink, type LinkSettings } from "./link/wanLink";
import { Toxiproxy } from "./link/toxiproxy";
import type { LabPlan } from "./plan";
import { entryFile, makeCgroup, readCgroupTrees, removeCgroup, type CgroupTrees } from "./process/cgroups";
import { endProcesses, labProcesses } from "./process/leftovers";
import { holdingLock } from "./process/lock";
import { run } from "./process/run";
import { Service } from "./process/service";
import { waitFor } from "./process/waitFor";
import type { Progress } from "./progress";
import { S3Server, type S3ServerOptions } from "./storage/s3Server";
import { makeLinkTls } from "./tls/linkTls";
import type { Toolchain } from "./toolchain/toolchain";

export interface LabOptions {
  readonly link: LinkSettings;
  /** Path of a Dragonfly binary to make an image of; undefined: none. */
  readonly dragonfly: string | undefined;
}

/** Where Pulumi keeps the stacks of this lab, and the file with the passphrase of their secrets. */
export interface PulumiBackend {
  readonly url: string;
  readonly passphraseFile: string;
}

/** Two clusters, the line between them, and everything on this machine that belongs to them. */
export class Lab {
  readonly plan: LabPlan;
  readonly clusters: readonly Cluster[];
  readonly link: WanLink;
  readonly network: Network;
  readonly #toolchain: Toolchain;
  readonly #trees: CgroupTrees;

  constructor(plan: LabPlan, toolchain: Toolchain, trees: CgroupTrees = readCgroupTrees()) {
    this.plan = plan;
    this.#toolchain = toolchain;
    this.#trees = trees;
    this.network = new Network(plan, toolchain.debian);
    this.link = new WanLink(plan, this.network);
    this.clusters = plan.sites.map((site) => new Cluster(site, toolchain, trees));
  }

  /** Of a lab that is up. */
  get pulumi(): PulumiBackend {
    return {
      url: `file://${join(this.plan.directory, "pulumi")}`,
      passphraseFile: join(this.plan.directory, "passphrase"),
    };
  }

  /**
   * Leaves a healthy lab running as it is, but for new images and the link's settings. Anything else is cleared away
   * and started anew.
   */
  async up(options: LabOptions, progress: Progress): Promise<void> {
    await holdingLock(this.#lockFile, async () => {
      const images = await buildImages(this.#toolchain, options.dragonfly);
      const problem = await this.problem();
      if (problem === undefined) {
        await Promise.all(this.plan.sites.map((site) => importImages(site, images, this.#toolchain)));
        await this.link.set(options.link);
        progress.say(`lab ${this.plan.name}: running`);
        return;
      }
      if (this.#hasTraces()) {
        progress.say(`lab ${this.plan.name}: clearing away what is left of an earlier run (${problem})`);
        await this.#clear();
      }
      await this.#start(options, images, progress);
      progress.say(`lab ${this.plan.name}: ready`);
    });
  }

  /** Ends and removes everything of this lab, also what an interrupted run has left, and nothing else. */
  async down(progress: Progress): Promise<void> {
    await holdingLock(this.#lockFile, async () => {
      if (!this.#hasTraces()) return progress.say(`lab ${this.plan.name}: not there`);
      await this.#clear();
      progress.say(`lab ${this.plan.name}: gone`);
    });
  }

  /** What keeps the lab from being used, in a line; undefined when it is well. Takes about a second at most. */
  async problem(): Promise<string | undefined> {
    if (!existsSync(this.#completeFile)) return "it was not started to the end";
    const problems = await Promise.all([
      ...this.clusters.map((cluster) => cluster.problem()),
      this.link.problem(),
      this.#storageProblem(),
      this.#namesProblem(),
    ]);
    return problems.find((problem) => problem !== undefined);
  }

  /** Ids of all its processes, containers' included. */
  processes(): number[] {
    return labProcesses(
      this.#trees,
      this.plan.cgroup,
      this.plan.sites.map((site) => site.netns),
    );
  }

  /** Resident memory of all its processes in bytes, shared pages counted once. */
  memory(): number {
    return this.processes().reduce((sum, pid) => sum + proportionalMemory(pid), 0);
  }

  async #start({ link }: LabOptions, images: readonly BuiltImage[], progress: Progress): Promise<void> {
    mkdirSync(this.plan.directory, { recursive: true, mode: 0o711 });
    mkdirSync(join(this.plan.directory, "pulumi"), { mode: 0o700 });
    writeFileSync(this.pulumi.passphraseFile, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600 });
    await makeLinkTls(this.plan);
    await this.network.make();
    await Promise.all([
      this.#startLink(link, progress),
      this.#startStorage(progress),
      this.#startNames(progress),
      ...this.clusters.map((cluster) => cluster.start(images, progress)),
    ]);
    writeFileSync(this.#completeFile, "");
  }

  async #startLink(settings: LinkSettings, progress: Progress): Promise<void> {
    const group = `${this.plan.cgroup}/link`;
    makeCgroup(this.#trees, group);
    const { bridgeAddress, toxiproxyPort, directory } = this.plan;
    const proxy = Service.start({
      name: "toxiproxy",
      command: [
        this.#toolchain.program("toxiproxy", "toxiproxy-server"),
        "-host",
        bridgeAddress,
        "-port",
        String(toxiproxyPort),
      ],
      env: { LOG_LEVEL: "warn" },
      directory,
      cgroupEntry: entryFile(this.#trees, group),
    });
    const api = new Toxiproxy(toxiproxyUrl(this.plan));
    await waitFor(() => api.isUp(), { what: "toxiproxy", deadlineMs: 120_000, giveUp: proxy.mustBeAlive });
    await this.link.create(settings);
    progress.say(`link: ready, ${settings.rttMs} ms round trip`);
  }

  /** Of a lab that is up. */
  get storage(): S3Server {
    return S3Server.of(this.#storageOptions);
  }

  get #storageOptions(): S3ServerOptions {
    const { bridgeAddress: address, s3Port: port, directory } = this.plan;
    return {
      program: this.#toolchain.program("versitygw", "versitygw"),
      directory: join(directory, "s3"),
      address,
      port,
      cgroupEntry: entryFile(this.#trees, this.#storageGroup),
    };
  }

  get #storageGroup(): string {
    return `${this.plan.cgroup}/storage`;
  }

  async #startStorage(progress: Progress): Promise<void> {
    makeCgroup(this.#trees, this.#storageGroup);
    const { access } = await S3Server.start(this.#storageOptions);
    progress.say(`storage: ready, bucket ${access.bucket} at ${access.endpoint}`);
  }

  async #storageProblem(): Promise<string | undefined> {
    return (await this.storage.isUp().catch(() => false)) ? undefined : "its S3 server does not answer";
  }

  /** The DNS server that resolvers ask. */
  get names(): NameServer {
    const { bridgeAddress: address, dnsPort: port, directory } = this.plan;
    return new NameServer({
      program: this.#toolchain.program("coredns", "coredns"),
      directory: join(directory, "names"),
      address,
      port,
      cgroupEntry: entryFile(this.#trees, this.#namesGroup),
    });
  }

  get #namesGroup(): string {
    return `${this.plan.cgroup}/names`;
  }

  async #startNames(progress: Progress): Promise<void> {
    makeCgroup(this.#trees, this.#namesGroup);
    await this.names.start();
    progress.say(`names: ready at ${this.names.address}`);
  }

  async #namesProblem(): Promise<string | undefined> {
    return (await this.names.isUp().catch(() => false)) ? undefined : "its DNS server does not answer";
  }

  async #clear(): Promise<void> {
    await endProcesses(() => this.processes());
    // The nodes' own mounts went with their processes; what is here was made by hand, or by an older lab.
    for (const mount of mountsBelow(readFileSync("/proc/self/mountinfo", "utf8"), this.plan.directory))
      await run("umount", ["--lazy", mount]);
    await this.network.remove();
    await waitFor(() => removeCgroup(this.#trees, this.plan.cgroup).length === 0, {
      what: `removal of control group ${this.plan.cgroup}`,
      deadlineMs: 60_000,
    });
    rmSync(this.plan.directory, { recursive: true, force: true, maxRetries: 3 });
  }

  #hasTraces(): boolean {
    return (
      existsSync(this.plan.directory) ||
      this.network.exists() ||
      this.#trees.swept.some((mount) => existsSync(join(mount, this.plan.cgroup)))
    );
  }

  get #completeFile(): string {
    return join(this.plan.directory, "complete");
  }

  /** Beside the folder, which comes and goes. */
  get #lockFile(): string {
    return `${this.plan.directory}.lock`;
  }
}

/** Pure: mount points at or below a folder, the deepest first, out of /proc/self/mountinfo. */
export function mountsBelow(mountinfo: string, folder: string): string[] {
  const points = mountinfo.split("\n").map((line) => unescapeMount(line.split(" ")[4] ?? ""));
  return points
    .filter((point) => point === folder || point.startsWith(`${folder}/`))
    .sort((a, b) => b.length - a.length);
}

/** The kernel writes spaces and the like as three octal digits. */
function unescapeMount(point: string): string {
  return point.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
}

function proportionalMemory(pid: number): number {
  try {
    const kilobytes = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1];
    return Number(kilobytes ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** @throws LabError (2) with the way to start it */
export async function requireRunning(lab: Lab): Promise<void> {
  const problem = await lab.problem();
  if (problem !== undefined)
    throw new LabError(`lab ${lab.plan.name}: ${problem}; start it with \`make lab-up LAB_NAME=${lab.plan.name}\``, 2);
}
