import { isSiteName } from "../../server/types";
import type { Problem } from "../problems";
import type { SiteSettings } from "../settings/site";
import { checkGateway } from "./gateway";
import { checkImages } from "./images";
import { checkNetwork } from "./network";
import { checkPeers } from "./peers";
import { checkResolver } from "./resolver";
import { checkServer } from "./server";
import { checkSnapshots } from "./snapshots";
import { checkUsers } from "./users";
import { checkCores, checkDnsLabel, checkMemoryPair, checkObjectName } from "./values";

/** Everything that is wrong with a site's settings, each with its remedy; empty when they can be deployed. */
export function checkSite(settings: SiteSettings): readonly Problem[] {
  const { guard, site } = settings;
  return [
    ...(isSiteName(site)
      ? []
      : [
          {
            key: "site",
            problem: `"${site}" is no site's name`,
            remedy: 'use at most 32 of a-z, 0-9 and "-", a letter first',
          },
        ]),
    ...checkDnsLabel("namespace", settings.namespace),
    ...checkPeers(site, settings.peers),
    ...checkServer(settings.server),
    ...checkImages(settings),
    ...checkUsers(settings.server.engine, settings.users),
    ...checkGateway(settings.gateway),
    ...checkObjectName("link.tlsSecretName", settings.link.tlsSecretName),
    ...checkCores("guard.cpuRequest", guard.cpuRequest),
    ...checkMemoryPair("guard", guard.memoryRequest, guard.memoryLimit),
    ...checkNetwork(settings),
    ...checkSnapshots(settings.snapshots),
    ...checkResolver(settings),
  ];
}
