import { buildSite } from "./stacks/build";
import { readSiteConfig } from "./stacks/config";

/** One site: `pulumi up` of a stack builds the region that its configuration names. Its role is not decided here. */
export const { site, failoverCommand, switchoverCommand, endpoints, passwords } = buildSite(readSiteConfig());
