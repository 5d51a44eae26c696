import { checkSite } from "../components/check/site";
import type { Problem } from "../components/problems";
import { withDefaults } from "../components/settings/defaults";
import type { SiteArgs } from "../components/settings/site";
import type { SnapshotArgs } from "../components/settings/snapshots";
import { noteUnknown, type Decoder } from "./decode/decoder";
import { siteKeys, type SiteKey } from "./decode/keys";

/** What a stack's configuration says. */
export interface SiteConfig {
  readonly args: SiteArgs;
  /** Path of a kubeconfig; absent: as kubectl finds it. */
  readonly kubeconfig?: string;
  /** A context in it; absent: the current one. */
  readonly context?: string;
  /** Where snapshots go to a server of one's own. */
  readonly s3Credentials?: S3Credentials;
  /** The stack that owns the passwords, as `organization/dragonfly-dr/primary`; absent: this one. */
  readonly passwordsFrom?: string;
}

export type Validated = { readonly config: SiteConfig } | { readonly problems: readonly Problem[] };

/** "" in Pulumi.yaml's defaults stands for "not given". */
const given = (raw: unknown): boolean => raw !== undefined && raw !== "";

/**
 * A stack that owns its passwords and one that reads them: never a stack itself, and never a name without its project.
 */
function checkStackName(name: string | undefined): readonly Problem[] {
  if (name === undefined || /^[^/\s]+\/[^/\s]+\/[^/\s]+$/.test(name)) return [];
  return [
    {
      key: "passwordsFrom",
      problem: `"${name}" is no full name of a stack`,
      remedy: 'write "organization/dragonfly-dr/STACK" for a file backend, "ORG/dragonfly-dr/STACK" otherwise',
    },
  ];
}

/** Of the user of an S3-compatible server: secrets, so no part of a site's settings. */
export interface S3Credentials {
  readonly accessKey: string;
  readonly secretKey: string;
}

/** Snapshots that are off because a key was forgotten are worse than none: half of a place is an error. */
function checkS3(raw: unknown): readonly Problem[] {
  const s3 = typeof raw === "object" && raw !== null && "s3" in raw ? raw.s3 : undefined;
  if (typeof s3 !== "object" || s3 === null) return [];
  return ["endpoint", "bucket", "accessKey", "secretKey"]
    .filter((name) => !(name in s3))
    .map((name) => ({
      key: `snapshots.s3.${name}`,
      problem: "is missing beside the others",
      remedy: "give all of endpoint, bucket, accessKey and secretKey (pulumi config set --secret --path), or none",
    }));
}

/** The first name of a path such as "server.threads" or "users[2].keys". */
const section = (key: string): string => /^[^.[]*/.exec(key)?.[0] ?? key;

/**
 * Judges a stack's configuration: keys without their namespace, values as YAML has them. Gives everything that is wrong
 * at once.
 * What was judged wrong in its shape is not judged again in its meaning.
 */
export function validateSiteConfig(raw: Readonly<Record<string, unknown>>): Validated {
  const problems: Problem[] = [];
  const broken = new Set<string>();
  const note = (problem: Problem): void => void problems.push(problem);
  noteUnknown((name) => name, Object.keys(raw), Object.keys(siteKeys), note);
  if (!given(raw["site"]))
    note({ key: "site", problem: "is missing", remedy: "name this site, such as primary or dr" });

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
    ...present({ resolver: decode("resolver") }),
    ...present({ snapshots: snapshots === undefined ? undefined : withoutCredentials(snapshots) }),
  };
  const half = checkS3(raw["snapshots"]);
  if (half.length > 0) broken.add("snapshots");
  problems.push(...checkStackName(passwordsFrom), ...half);
  // The users' rules are judged by the engine's grammar.
  if (site === undefined) broken.add("site");
  if (broken.has("server")) broken.add("users");
  problems.push(...checkSite(withDefaults(args)).filter(({ key }) => !broken.has(section(key))));
  if (problems.length > 0) return { problems };
  const { accessKey, secretKey } = snapshots?.s3 ?? {};
  const s3Credentials = accessKey === undefined || secretKey === undefined ? undefined : { accessKey, secretKey };
  return {
    config: {
      args,
      ...present({ s3Credentials }),
      ...present({ kubeconfig }),
      ...present({ context }),
      ...present({ passwordsFrom }),
    },
  };
}

type DecodedSnapshots = NonNullable<ReturnType<(typeof siteKeys)["snapshots"]>>;

function withoutCredentials({ s3, ...others }: DecodedSnapshots): SnapshotArgs {
  if (s3 === undefined) return others;
  const { endpoint, bucket, region, namespace, cidrs } = s3;
  return { ...others, s3: { endpoint, bucket, region, namespace, cidrs } };
}

/** The object with its one field, or an empty one where that is undefined. */
function present<K extends string, V>(field: Readonly<Record<K, V | undefined>>): { readonly [P in K]?: V } {
  return Object.values(field).every((value) => value !== undefined) ? (field as Record<K, V>) : {};
}
