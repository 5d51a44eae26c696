import { checkSite } from "../components/check/site";
import type { Problem } from "../components/problems";
import { withDefaults } from "../components/settings/defaults";
import type { SiteArgs } from "../components/settings/site";
import { noteUnknown, type Decoder } from "./decode/decoder";
import { siteKeys, type SiteKey } from "./decode/keys";

/** What a stack's configuration says. */
export interface SiteConfig {
  readonly args: SiteArgs;
  /** Path of a kubeconfig; absent: as kubectl finds it. */
  readonly kubeconfig?: string;
  /** A context in it; absent: the current one. */
  readonly context?: string;
  /** The stack that owns the passwords, as `organization/dragonfly-dr/primary`; absent: this one. */
  readonly passwordsFrom?: string;
}

export type Validated = { readonly config: SiteConfig } | { readonly problems: readonly Problem[] };

/** "" in Pulumi.yaml's defaults stands for "not given". */
const given = (raw: unknown): boolean => raw !== undefined && raw !== "";

/** A stack that owns its passwords and one that reads them: never a stack itself, and never a name without its project. */
function checkStackName(name: string | undefined): readonly Problem[] {
  if (name === undefined || /^[^/\s]+\/[^/\s]+\/[^/\s]+$/.test(name)) return [];
  return [{ key: "passwordsFrom", problem: `"${name}" is no full name of a stack`, remedy: 'write "organization/dragonfly-dr/STACK" for a file backend, "ORG/dragonfly-dr/STACK" otherwise' }];
}

/** Half of the credentials are a slip; all of them ask for what is not there yet. */
function checkS3(raw: unknown): readonly Problem[] {
  const snapshots = typeof raw === "object" && raw !== null && "s3" in raw ? raw.s3 : undefined;
  if (typeof snapshots !== "object" || snapshots === null) return [];
  const wanted = ["endpoint", "bucket", "accessKey", "secretKey"];
  const missing = wanted.filter((name) => !(name in snapshots));
  if (missing.length > 0 && missing.length < wanted.length) {
    return missing.map((name) => ({ key: `snapshots.s3.${name}`, problem: "is missing beside the others", remedy: "give all of endpoint, bucket, accessKey and secretKey, or none" }));
  }
  return [{ key: "snapshots.s3", problem: "snapshots to S3 are not built yet", remedy: "remove it; dumps go to the server's own volume" }];
}

/** The first name of a path such as "server.threads" or "users[2].keys". */
const section = (key: string): string => /^[^.[]*/.exec(key)?.[0] ?? key;

/**
 * Judges a stack's configuration: keys without their namespace, values as YAML has them. Gives everything that is wrong at once.
 * What was judged wrong in its shape is not judged again in its meaning.
 */
export function validateSiteConfig(raw: Readonly<Record<string, unknown>>): Validated {
  const problems: Problem[] = [];
  const broken = new Set<string>();
  const note = (problem: Problem): void => void problems.push(problem);
  noteUnknown((name) => name, Object.keys(raw), Object.keys(siteKeys), note);
  if (!given(raw["site"])) note({ key: "site", problem: "is missing", remedy: "name this site, such as primary or dr" });

  const decode = <K extends SiteKey>(key: K): ReturnType<(typeof siteKeys)[K]> => {
    const decoder = siteKeys[key] as Decoder<ReturnType<(typeof siteKeys)[K]>>;
    if (!given(raw[key])) return undefined as ReturnType<(typeof siteKeys)[K]>;
    const before = problems.length;
    const value = decoder(raw[key], key, note);
    // An unknown key beside good ones leaves those to be judged.
    if (problems.slice(before).some(({ problem }) => problem !== "is no key of this program")) broken.add(key);
    return value as ReturnType<(typeof siteKeys)[K]>;
  };

  const site = decode("site");
  const passwordsFrom = decode("passwordsFrom");
  const kubeconfig = decode("kubeconfig");
  const context = decode("context");
  const snapshots = decode("snapshots");
  const args: SiteArgs = {
    site: site ?? "",
    ...present({ namespace: decode("namespace") }),
    ...present({ environment: decode("environment") }),
    ...present({ peers: decode("peers") }),
    ...present({ server: decode("server") }),
    ...present({ defaultUser: decode("defaultUser") }),
    ...present({ users: decode("users") }),
    ...present({ gateway: decode("gateway") }),
    ...present({ link: decode("link") }),
    ...present({ guard: decode("guard") }),
    ...present({ network: decode("network") }),
    ...(snapshots?.cron === undefined ? {} : { snapshots: { cron: snapshots.cron } }),
  };
  problems.push(...checkStackName(passwordsFrom), ...checkS3(raw["snapshots"]));
  // The users' rules are judged by the engine's grammar.
  if (site === undefined) broken.add("site");
  if (broken.has("server")) broken.add("users");
  problems.push(...checkSite(withDefaults(args)).filter(({ key }) => !broken.has(section(key))));
  if (problems.length > 0) return { problems };
  return { config: { args, ...present({ kubeconfig }), ...present({ context }), ...present({ passwordsFrom }) } };
}

/** The object with its one field, or an empty one where that is undefined. */
function present<K extends string, V>(field: Readonly<Record<K, V | undefined>>): { readonly [P in K]?: V } {
  return Object.values(field).every((value) => value !== undefined) ? (field as Record<K, V>) : {};
}
