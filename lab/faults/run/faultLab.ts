import { parseSiteRole, SITE_ROLE, type SiteRoleObject, type SiteRoleStatus } from "../../../contract/siteRole";
import { KubeApi } from "../../cluster/kubeApi";
import type { Deployment } from "../../deployment/deployment";
import type { ShellResult } from "../../deployment/shell";
import type { Lab } from "../../lab";
import { LabError } from "../../labError";
import { connect, parseEndpoint, type Credentials } from "../../load/connection";
import { SITES, siteOf, type LabSite, type SitePlan } from "../../plan";
import { waitFor } from "../../process/waitFor";
import { CACHE_NAMESPACE } from "../../tls/linkTls";

const PATIENCE_MS = 240_000;
/** The commands' own waits: they allow for a machine that is shared with two clusters. */
const COMMANDS_PATIENCE = ["--timeout", "60s"];
const WITH_PATIENCE = ["init", "switchover", "failover", "failback"];
const ROLES = `/apis/${SITE_ROLE.apiVersion}/namespaces/${CACHE_NAMESPACE}/${SITE_ROLE.plural}`;

export const rolePath = (site: LabSite): string => `${ROLES}/${site}`;
export const ROLES_PATH = ROLES;
export const otherSite = (site: LabSite): LabSite => (site === "primary" ? "dr" : "primary");

/** Two introduced sites, as the scenarios see and ask them. */
export class FaultLab {
  private marks = 0;
  private constructor(
    readonly lab: Lab,
    readonly deployment: Deployment,
    readonly credentials: Credentials,
  ) {}

  static async of(lab: Lab, deployment: Deployment): Promise<FaultLab> {
    const password = (await deployment.passwords())["appcache"];
    if (password === undefined) throw new LabError("user appcache: no such user in Secret dragonfly-passwords");
    return new FaultLab(lab, deployment, { username: "appcache", password });
  }

  plan(site: LabSite): SitePlan {
    return siteOf(this.lab.plan, site);
  }

  async withApi<T>(site: LabSite, work: (api: KubeApi) => Promise<T>): Promise<T> {
    const api = new KubeApi(this.deployment.kubeconfig(site));
    try {
      return await work(api);
    } finally {
      api.close();
    }
  }

  async role(site: LabSite): Promise<SiteRoleObject | undefined> {
    const object = await this.withApi(site, (api) => api.get(rolePath(site)));
    return object === undefined ? undefined : parseSiteRole(object, `site ${site}`);
  }

  async until(site: LabSite, what: string, condition: (status: SiteRoleStatus) => boolean): Promise<void> {
    await waitFor(
      async () => {
        const status = (await this.role(site))?.status;
        if (status !== undefined && condition(status)) return true;
        throw new Error(`${status?.phase ?? "no status"}: ${status?.reason ?? ""}`);
      },
      { what: `${site}: ${what}`, deadlineMs: PATIENCE_MS },
    );
  }

  /** The operator's command, as one line. */
  command(line: string): Promise<ShellResult> {
    const args = line.split(" ");
    return this.deployment.cli(...args, ...this.patience(line));
  }

  patience(line: string): readonly string[] {
    return WITH_PATIENCE.includes(line.split(" ")[0] ?? "") ? COMMANDS_PATIENCE : [];
  }

  /**
   * Waits for one primary and one copy in sync: what is written now arrives, both sites say so, and `status` finds
   * nothing to say. @returns where the primary is.
   */
  async settled(): Promise<LabSite> {
    const primary = await waitFor(() => this.primary(), { what: "one primary, and one copy", deadlineMs: PATIENCE_MS });
    await this.arrives(primary);
    await this.until(
      otherSite(primary),
      "in sync",
      ({ replication, peers }) => replication?.inSync === true && peers.every(({ reachable }) => reachable),
    );
    await waitFor(
      async () => {
        const { code, stdout, stderr } = await this.command("status --cached");
        if (code !== 0) throw new Error(`${stdout}${stderr}`.trim().slice(-400));
        return true;
      },
      { what: "status: one primary serves, every replica is in sync", deadlineMs: PATIENCE_MS, everyMs: 500 },
    );
    return primary;
  }

  private async primary(): Promise<LabSite | undefined> {
    const roles = await Promise.all(SITES.map(async (site) => ({ site, object: await this.role(site) })));
    const primaries = roles.filter(({ object }) => object?.spec.role === "primary");
    const [first] = primaries;
    if (primaries.length !== 1 || first?.object?.status?.serving !== true)
      throw new Error(
        roles.map(({ site, object }) => `${site}: ${object?.status?.phase}: ${object?.status?.reason}`).join("; "),
      );
    return first.site;
  }

  /** Waits until a write at the primary's Service is in the other site's copy. */
  private async arrives(primary: LabSite): Promise<void> {
    const key = `cache:faults:mark:${Date.now().toString(36)}-${++this.marks}`;
    const at = async (site: LabSite, access: "write" | "read", work: "set" | "exists"): Promise<boolean> => {
      const redis = await connect(parseEndpoint(this.deployment.url(site, access)), this.credentials);
      try {
        return work === "set" ? (await redis.set(key, "1", "EX", 600)) === "OK" : (await redis.exists(key)) === 1;
      } finally {
        redis.disconnect();
      }
    };
    await waitFor(() => at(primary, "write", "set"), { what: `a write at ${primary}`, deadlineMs: PATIENCE_MS });
    const copy = otherSite(primary);
    await waitFor(() => at(copy, "read", "exists"), { what: `${key} in ${copy}`, deadlineMs: PATIENCE_MS });
  }
}
