import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, statfsSync, statSync } from "node:fs";
import { join } from "node:path";
import { siteOf, type LabSite } from "../../../lab/plan";
import { Service } from "../../../lab/process/service";
import { waitFor } from "../../../lab/process/waitFor";
import { serverPid } from "./processes";
import type { World } from "./world";

const POD = "/api/v1/namespaces/cache/pods/dragonfly-0";
const USER = 999;
const FILLER = "filler";

/**
 * Another, empty disk of a size of its own in the place of the server's: a tmpfs where the node has the folder of its
 * volume. A
 * pod that starts then has it; the one that runs keeps what it has.
 */
export class Disk {
  private constructor(
    private readonly w: World,
    private readonly site: LabSite,
    private readonly folder: string,
  ) {}

  static async of(w: World, site: LabSite): Promise<Disk> {
    const claim = (await w.get(site, "/api/v1/namespaces/cache/persistentvolumeclaims/data-dragonfly-0")) as {
      spec: { volumeName: string };
    };
    return new Disk(w, site, join(siteOf(w.lab.plan, site).directory, "volumes", claim.spec.volumeName));
  }

  put(mebibytes: number): void {
    // Under another name the old folder is out of reach of what is mounted here: the kubelet's mounts of it would share
    // that.
    renameSync(this.folder, this.kept);
    mkdirSync(this.folder);
    this.onNode(
      "mount",
      "-t",
      "tmpfs",
      "-o",
      `size=${mebibytes}m,mode=0770,uid=${USER},gid=${USER}`,
      "tmpfs",
      this.folder,
    );
  }

  /** The old one is there again for the next pod. */
  takeAway(): void {
    this.onNode("umount", this.folder);
    rmdirSync(this.folder);
    renameSync(this.kept, this.folder);
  }

  private get kept(): string {
    return `${this.folder}-kept`;
  }

  /** The data folder of the server that runs, from this machine. */
  private inside(...names: readonly string[]): string {
    return join("/proc", String(serverPid(this.w, this.site)), "root/data", ...names);
  }

  /**
   * Fills the disk of the server that runs to its last byte: the guard's memory and a dump find no room at all. What a
   * dump under way
   * had taken is free again when that fails, so that is waited for and taken too.
   */
  async fill(): Promise<void> {
    const folder = this.inside();
    await waitFor(
      () => {
        const { bavail, bsize } = statfsSync(folder);
        if (bavail > 0) appendFileSync(this.inside(FILLER), Buffer.alloc(bavail * bsize));
        const dumping = readdirSync(folder).some(
          (name) => name.startsWith("temp-") && Date.now() - statSync(join(folder, name)).mtimeMs < 10_000,
        );
        return bavail === 0 && !dumping;
      },
      { what: `${this.site}: a full disk`, deadlineMs: 180_000 },
    );
  }

  /** Undoes `fill`. */
  empty(): void {
    rmSync(this.inside(FILLER), { force: true });
  }

  /** A new pod, which takes the disk that is there now. */
  async restart(): Promise<void> {
    const uid = async (): Promise<string | undefined> =>
      ((await this.w.get(this.site, POD)) as { metadata: { uid: string } } | undefined)?.metadata.uid;
    const before = await uid();
    await this.w.remove(this.site, POD);
    await waitFor(async () => ![undefined, before].includes(await uid()) && serverPid(this.w, this.site) > 0, {
      what: `${this.site}: a new pod`,
      deadlineMs: 300_000,
    });
  }

  private onNode(...command: readonly string[]): void {
    const node = Service.find(siteOf(this.w.lab.plan, this.site).directory, "node");
    if (node === undefined) throw new Error(`${this.site}: its node does not run`);
    execFileSync("nsenter", ["-t", String(node.pid), "-m", ...command]);
  }
}
