import { Site, type SiteExtras } from "../components/site";
import { clusterOf } from "./cluster";
import { outputsOf, type SiteOutputs } from "./outputs";
import { passwordsOf } from "./passwords";
import type { SiteConfig } from "./siteConfig";

/** What a stack takes from elsewhere than its configuration; nothing but in tests and renderings. */
export type BuildExtras = Pick<SiteExtras, "guardBundle">;

/** A stack's resources, and what it tells the others. */
export function buildSite(config: SiteConfig, extras: BuildExtras = {}): SiteOutputs {
  const { provider, retainedProvider } = clusterOf(config);
  const passwords = config.passwordsFrom === undefined ? {} : { passwords: passwordsOf(config.passwordsFrom) };
  const site = new Site("cache", { ...config.args, ...passwords, ...extras, retainedProvider }, { provider });
  return outputsOf(site, config);
}
