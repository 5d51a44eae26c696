import { existsSync } from "node:fs";
import { NODE_PORTS, type LabPlan, type SitePlan } from "../plan";
import { run, succeeds } from "../process/run";
import type { Debian } from "../toolchain/debian";
import { defined } from "../../server/records";

/**
 * The lab's wires: a bridge on the host, and for each site a network namespace on a cable of its own. The ports of the
 * bridge are isolated, so that one site reaches the other through the host's link only; and the host forwards nothing.
 */
export class Network {
  readonly #plan: LabPlan;
  readonly #debian: Debian;

  constructor(plan: LabPlan, debian: Debian) {
    this.#plan = plan;
    this.#debian = debian;
  }

  async make(): Promise<void> {
    await this.#ip(["link", "add", this.#plan.bridge, "type", "bridge"]);
    await this.#ip(["addr", "add", this.#plan.bridgeCidr, "dev", this.#plan.bridge]);
    await this.#ip(["link", "set", this.#plan.bridge, "up"]);
    await this.nft(renderHostRules(this.#plan));
    for (const site of this.#plan.sites) await this.#makeSite(site);
  }

  async #makeSite(site: SitePlan): Promise<void> {
    await this.#ip(["netns", "add", site.netns]);
    await this.#ip(["link", "add", site.hostInterface, "type", "veth", "peer", "name", "eth0", "netns", site.netns]);
    await this.#ip(["link", "set", site.hostInterface, "master", this.#plan.bridge, "up"]);
    await this.#ip(["link", "set", site.hostInterface, "type", "bridge_slave", "isolated", "on"]);
    await this.#ip(["-n", site.netns, "-batch", "-"], renderSiteLinks(this.#plan, site));
    await run("nsenter", [`--net=/run/netns/${site.netns}`, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"]);
    await run("nsenter", [`--net=/run/netns/${site.netns}`, this.#debian.program("nft"), "-f", "-"], {
      env: this.#debian.environment,
      input: renderSiteRules(site),
    });
  }

  /** Removes what is there of it. Namespaces that still hold a process go on unnamed: end the processes first. */
  async remove(): Promise<void> {
    for (const site of this.#plan.sites) {
      if (existsSync(`/run/netns/${site.netns}`)) await this.#ip(["netns", "delete", site.netns]);
      await this.#removeInterface(site.hostInterface);
    }
    await this.#removeInterface(this.#plan.bridge);
    // Made and removed in one go, as removing what is not there is an error.
    await this.nft(`table inet ${this.#plan.nftTable}\ndelete table inet ${this.#plan.nftTable}\n`);
  }

  /** Whether any part of it is there. */
  exists(): boolean {
    const interfaces = [this.#plan.bridge, ...this.#plan.sites.map((site) => site.hostInterface)];
    return (
      interfaces.some((name) => existsSync(`/sys/class/net/${name}`)) ||
      this.#plan.sites.some((site) => existsSync(`/run/netns/${site.netns}`))
    );
  }

  /** Pulls a site's cable, or puts it back: nothing reaches the site, the operator included. */
  async setCable(site: SitePlan, state: "up" | "down"): Promise<void> {
    await this.#ip(["link", "set", site.hostInterface, state]);
  }

  /** On the host's tables. */
  async nft(commands: string): Promise<void> {
    await run(this.#debian.program("nft"), ["-f", "-"], { env: this.#debian.environment, input: commands });
  }

  async #removeInterface(name: string): Promise<void> {
    if (!existsSync(`/sys/class/net/${name}`)) return;
    // The kernel takes one end of a cable away with the other's namespace, at its own time.
    if (!(await succeeds(this.#debian.program("ip"), ["link", "delete", name], { env: this.#debian.environment }))) {
      if (existsSync(`/sys/class/net/${name}`)) await this.#ip(["link", "delete", name]);
    }
  }

  async #ip(args: readonly string[], input?: string): Promise<void> {
    await run(this.#debian.program("ip"), args, {
      env: this.#debian.environment,
      ...defined({ input }),
    });
  }
}

/** Of the set in the host's rules: the sites whose packets into the link vanish. */
export const CUT_SET = "cut";

/**
 * Pure. What a site sends into the link is dropped here while the site is in the set `cut`: packets vanish as they do
 * on a broken line. A proxy's own toxics could only lose bytes in the middle of a stream that goes on later.
 */
export function renderHostRules(plan: LabPlan): string {
  const ports = plan.sites.map((site) => site.linkPort).join(", ");
  return `table inet ${plan.nftTable} {
  set ${CUT_SET} { type ipv4_addr; }
  chain input {
    type filter hook input priority -10; policy accept;
    iifname "${plan.bridge}" ip saddr @${CUT_SET} tcp dport { ${ports} } drop
    iifname "${plan.bridge}" ip saddr @${CUT_SET} tcp sport ${NODE_PORTS.link} drop
  }
  chain forward {
    type filter hook forward priority -10; policy accept;
    iifname "${plan.bridge}" drop
    oifname "${plan.bridge}" drop
  }
}
`;
}

/**
 * Pure: for `ip -batch` in the site's namespace. The default route is there because ClusterIPs are routed before they
 * are translated.
 */
export function renderSiteLinks(plan: LabPlan, site: SitePlan): string {
  return `link set lo up
link set eth0 up
addr add ${site.address}/24 dev eth0
route add default via ${plan.bridgeAddress}
`;
}

/** Pure: pods leave the node under its address, as nobody outside knows theirs. */
export function renderSiteRules(site: SitePlan): string {
  return `table ip lab {
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr ${site.podCidr} ip daddr != ${site.podCidr} masquerade
  }
}
`;
}
