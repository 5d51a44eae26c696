import type { SiteArgs } from "../../components/settings/args";
import { resolveSite, type CheckedSettings } from "../../components/settings/resolve";

/** Settings as a site has them. */
export const settingsOf = (args: SiteArgs): CheckedSettings => resolveSite(args, "test");
