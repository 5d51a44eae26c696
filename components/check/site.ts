import type { Problem } from "../problems";
import type { SiteSettings } from "../settings/site";
import { checkGateway } from "./gateway";
import { checkImages } from "./images";
import { checkMemory } from "./memory";
import { checkNetwork } from "./network";
import { checkLink, checkPeers } from "./peers";
import { checkResolver } from "./resolver";
import { checkServer } from "./server";
import { checkSnapshots } from "./snapshots";
import { checkUsers } from "./users";

/**
 * Everything that is wrong with settings that can each be read, but do not go together. What a single value must be
 * stands in the catalogue (components/settings/).
 */
export const checkSite = (settings: SiteSettings): readonly Problem[] => [
  ...checkPeers(settings.site, settings.peers),
  ...checkLink(settings.link, settings.peers),
  ...checkServer(settings.server),
  ...checkImages(settings),
  ...checkUsers(settings),
  ...checkGateway(settings.gateway),
  ...checkMemory("gateway", settings.gateway),
  ...checkMemory("guard", settings.guard),
  ...checkNetwork(settings),
  ...checkSnapshots(settings.snapshots),
  ...checkResolver(settings),
];
