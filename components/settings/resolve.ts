import { allKeysButReserved } from "../../server/acl/patterns";
import { siteUsers } from "../../server/acl/builtin";
import type { AclUser } from "../../server/acl/user";
import { isRecord } from "../../server/records";
import { keep } from "../catalogue/fields";
import type { Fields, Group, Settings } from "../catalogue/node";
import { checkSite } from "../check/site";
import { SettingsError, type Problem } from "../problems";
import { cacheUse } from "../resolver/cacheUse";
import type { SiteArgs } from "./args";
import type { siteFields } from "./site";
import { site, type SiteSettings } from "./site";
import { defaultUsers, type UserSettings } from "./users";

declare const checked: unique symbol;
/** Settings in which nothing is wrong, neither a value nor what the values are together. */
export type CheckedSettings = SiteSettings & { readonly [checked]: true };

/** What was read by a catalogue that has the site's settings, and more beside them. */
export type Outcome<T> =
  { readonly settings: CheckedSettings; readonly all: T } | { readonly problems: readonly Problem[] };

/**
 * Reads what is given by a catalogue that holds the site's, fills in the defaults and judges the whole: every problem
 * at once. A rule whose settings cannot be read says nothing.
 */
export function resolveBy<F extends Fields & typeof siteFields>(
  catalogue: Group<F>,
  given: unknown,
): Outcome<Settings<F>> {
  const found: Problem[] = [];
  const all = catalogue.settle(given, "", (problem) => void found.push(problem), {});
  const settings = withResolverAsClient(keep(site, all as unknown as SiteSettings));
  const unread = found.filter(({ kind }) => kind !== "unknown-key").map(({ key }) => key);
  const problems = [
    ...found.filter(({ key }) => !unread.some((other) => isBelow(key, other))),
    ...checkSite(settings).filter(({ key, besides = [] }) => ![key, ...besides].some((each) => touches(each, unread))),
  ];
  return problems.length > 0 ? { problems } : { settings: settings as CheckedSettings, all };
}

/** @throws SettingsError naming everything that is wrong. */
export function resolveSite(args: SiteArgs, heading: string, more: readonly Problem[] = []): CheckedSettings {
  const outcome = resolveBy(site, args);
  const problems = [...("problems" in outcome ? outcome.problems : []), ...more];
  if ("problems" in outcome || problems.length > 0) throw new SettingsError(heading, problems);
  return outcome.settings;
}

/** "users" for "users[1].name", "server" for "server.threads". */
const isBelow = (key: string, above: string): boolean =>
  key.length > above.length && key.startsWith(above) && /^[.[]/.test(key.slice(above.length));
const touches = (key: string, unread: readonly string[]): boolean =>
  unread.some((other) => key === other || isBelow(key, other) || isBelow(other, key));

/** The resolver is a client like any other, whose namespace nobody has to name twice. */
function withResolverAsClient(settings: SiteSettings): SiteSettings {
  const { resolver, network } = settings;
  if (cacheUse(resolver) === "none" || network.clients.includes(resolver.namespace)) return settings;
  return { ...settings, network: { ...network, clients: [...network.clients, resolver.namespace] } };
}

/** The settings as they can be given, each in its shortest form: what policies and a preview see of them. */
export const writtenSettings = (settings: SiteSettings): Readonly<Record<string, unknown>> => {
  const written = site.write(settings);
  return isRecord(written) ? written : {};
};

/** As the server and its guard know it: "*" is every key but the guard's own. */
const aclUser = ({ name, keys, channels, commands }: UserSettings): AclUser => ({
  name,
  kind: "application",
  keys: keys.includes("*") ? allKeysButReserved : keys,
  channels,
  commands,
});

/** The default applications' users as the server knows them. */
export const defaultAclUsers: readonly AclUser[] = defaultUsers.map(aclUser);

/** Every named user of a site: the applications' and the program's own. */
export const aclUsers = ({ server, users, extraUsers }: SiteSettings): readonly AclUser[] =>
  siteUsers(server.engine, [...users, ...extraUsers].map(aclUser));

/** Every name for which a site has a password. */
export const passwordUsers = (settings: SiteSettings): readonly string[] => [
  "default",
  ...aclUsers(settings).map(({ name }) => name),
];
