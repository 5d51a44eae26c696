import { CUT_SET, type Network } from "../cluster/network";
import { LabError } from "../labError";
import { NODE_PORTS, siteOf, type LabPlan } from "../plan";
import { Toxiproxy, type Direction } from "./toxiproxy";

/** What a link does to what passes it. */
export interface LinkSettings {
  /** Of both directions together, in milliseconds. */
  readonly rttMs: number;
  /** Of each direction, in KB/s; null for no limit. */
  readonly bandwidthKBps: number | null;
}

const DEFAULT_RTT_MS = 80;
const MAX_RTT_MS = 10_000;
const DIRECTIONS: readonly Direction[] = ["upstream", "downstream"];

/** Pure: WAN_RTT_MS. @throws LabError (2) when it is no number of milliseconds from 0 to 10000 */
export function wanRttMs(value: string | undefined): number {
  if (value === undefined || value === "") return DEFAULT_RTT_MS;
  const rtt = Number(value);
  if (!Number.isFinite(rtt) || rtt < 0 || rtt > MAX_RTT_MS) {
    throw new LabError(`WAN_RTT_MS: "${value}" is not a number of milliseconds from 0 to ${MAX_RTT_MS}`, 2);
  }
  return rtt;
}

/** The name of the proxy that leads to a site. */
export function proxyTo(site: string): string {
  return `to-${site}`;
}

/**
 * The line between the sites: for each site a proxy on the host that leads to the site's link and delays what passes
 * it,
 * in connections that are open already too. What it leaves out: a connection's opening is not delayed, as the proxy
 * accepts it here.
 */
export class WanLink {
  readonly #plan: LabPlan;
  readonly #network: Network;
  readonly #toxiproxy: Toxiproxy;

  constructor(plan: LabPlan, network: Network) {
    this.#plan = plan;
    this.#network = network;
    this.#toxiproxy = new Toxiproxy(toxiproxyUrl(plan));
  }

  async create(settings: LinkSettings): Promise<void> {
    for (const site of this.#plan.sites) {
      await this.#toxiproxy.createProxy({
        name: proxyTo(site.site),
        listen: `${this.#plan.bridgeAddress}:${site.linkPort}`,
        upstream: `${site.address}:${NODE_PORTS.link}`,
      });
    }
    await this.set(settings);
  }

  /** Changes only what is given. */
  async set({ rttMs, bandwidthKBps }: Partial<LinkSettings>): Promise<void> {
    for (const { site } of this.#plan.sites) {
      for (const direction of DIRECTIONS) {
        if (rttMs !== undefined)
          await this.#toxiproxy.setToxic(proxyTo(site), direction, {
            type: "latency",
            attributes: { latency: rttMs / 2, jitter: 0 },
          });
        if (bandwidthKBps === null) await this.#toxiproxy.removeToxic(proxyTo(site), direction, "bandwidth");
        else if (bandwidthKBps !== undefined)
          await this.#toxiproxy.setToxic(proxyTo(site), direction, {
            type: "bandwidth",
            attributes: { rate: bandwidthKBps },
          });
      }
    }
  }

  /**
   * What the sites send into the link vanishes: open connections stay half-open, new ones time out.
   * @param from the one site whose packets vanish, for a one-way partition; default: every site's
   */
  async cut(from?: string): Promise<void> {
    const sites = from === undefined ? this.#plan.sites : [siteOf(this.#plan, from)];
    await this.#network.nft(
      `add element inet ${this.#plan.nftTable} ${CUT_SET} { ${sites.map((site) => site.address).join(", ")} }\n`,
    );
  }

  /** Open connections are closed and new ones refused, as by a firewall that answers. */
  async reset(): Promise<void> {
    for (const { site } of this.#plan.sites) await this.#toxiproxy.setEnabled(proxyTo(site), false);
  }

  /** Undoes `cut` and `reset`; delay and bandwidth stay. */
  async heal(): Promise<void> {
    await this.#network.nft(`flush set inet ${this.#plan.nftTable} ${CUT_SET}\n`);
    for (const { site } of this.#plan.sites) await this.#toxiproxy.setEnabled(proxyTo(site), true);
  }

  /** What keeps the link from being used, in a line; undefined when it is well (cut or not). */
  async problem(): Promise<string | undefined> {
    try {
      const there = await this.#toxiproxy.proxyNames();
      const lacking = this.#plan.sites.map(({ site }) => proxyTo(site)).filter((name) => !there.includes(name));
      return lacking.length > 0 ? `link: no proxy ${lacking.join(", ")}` : undefined;
    } catch {
      return "link: toxiproxy does not answer";
    }
  }
}

export function toxiproxyUrl(plan: LabPlan): string {
  return `http://${plan.bridgeAddress}:${plan.toxiproxyPort}`;
}
