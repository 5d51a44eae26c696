import { Deployment } from "./deployment/deployment";
import { requireRunning, type Lab } from "./lab";
import { toxiproxyUrl } from "./link/wanLink";
import { NODE_PORTS } from "./plan";
import type { Toolchain, ToolchainKind } from "./toolchain/toolchain";
import type { Engine } from "../server/types";

/** How to reach a running lab from outside, its passwords included: the one place where they are printed. */
export async function labEnvironment(
  lab: Lab,
  tools: Toolchain,
  toolchain: ToolchainKind,
  engine: Engine,
): Promise<object> {
  await requireRunning(lab);
  const deployment = await Deployment.open(lab, tools, { engine, toolchain });
  const passwords = await deployment.passwords();
  return {
    sites: Object.fromEntries(
      lab.plan.sites.map(({ site, kubeconfig, address }) => [
        site,
        { kubeconfig, address, ports: { dragonfly: NODE_PORTS.dragonfly, dragonflyRo: NODE_PORTS.dragonflyRo } },
      ]),
    ),
    toxiproxy: toxiproxyUrl(lab.plan),
    users: Object.fromEntries(
      Object.entries(passwords).map(([username, password]) => [username, { username, password }]),
    ),
    pulumi: { backend: lab.pulumi.url, passphraseFile: lab.pulumi.passphraseFile },
    sitesFile: deployment.env["DRAGONFLY_DR_SITES"],
    stackFiles: Object.fromEntries(lab.plan.sites.map(({ site }) => [site, deployment.stackFile(site)])),
    env: deployment.env,
  };
}
