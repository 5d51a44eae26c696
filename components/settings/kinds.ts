import { isIP } from "node:net";
import { Cron } from "croner";
import { describeAddress, parseAddress, type UpstreamAddress } from "../../resolver/upstream/address";
import { RESERVED_USERS } from "../../server/acl/builtin";
import { patternProblem, touchesReserved } from "../../server/acl/rules";
import { RESERVED_PREFIX } from "../../server/acl/user";
import { ParseError } from "../../server/parseError";
import {
  formatCores,
  formatKubernetesBytes,
  parseBytes,
  parseCores,
  parseKubernetesBytes,
} from "../../server/quantity";
import { bytes, isSiteName, type Bytes } from "../../server/types";
import type { Value } from "../catalogue/node";
import { matching, parsed, wholeNumber } from "../catalogue/values";

/** In the servers' units or Kubernetes': for what only our processes read. */
export const size: Value<Bytes> = parsed('size such as "512mb" or "1Gi"', parseBytes, formatKubernetesBytes, bytes(1));
/** For what is written into a manifest. */
export const kubernetesSize: Value<Bytes> = parsed(
  'size such as "512Mi" or "1Gi"',
  parseKubernetesBytes,
  formatKubernetesBytes,
  bytes(1),
);
export const cores: Value<number> = parsed('cores such as "2" or "500m"', parseCores, formatCores, 1);

export const port = wholeNumber(1, 65_535);

const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const unquoted = (what: string) => (written: string) => `"${written}" is no ${what}`;

export const siteName = matching(
  "name of a site",
  isSiteName,
  unquoted("site's name"),
  'use at most 32 of a-z, 0-9 and "-", a letter first',
);
export const namespaceName = matching(
  "name of a namespace",
  (written) => LABEL.test(written),
  unquoted("DNS label"),
  'use at most 63 of a-z, 0-9 and "-", a letter or digit at each end',
);
/** A name of a Secret: DNS labels joined by dots. */
export const objectName = matching(
  "name of an object",
  (written) => written.length <= 253 && written.split(".").every((label) => LABEL.test(label)),
  unquoted("name of an object"),
  'use a-z, 0-9, "-" and "."',
);
export const storageClassName: typeof objectName = { ...objectName, name: "name of a storage class" };

function isCidr(written: string): boolean {
  const [address = "", length = "", ...rest] = written.split("/");
  const bits = isIP(address) === 4 ? 32 : isIP(address) === 6 ? 128 : -1;
  return rest.length === 0 && /^\d{1,3}$/.test(length) && Number(length) <= bits;
}
export const cidr = matching("CIDR", isCidr, unquoted("CIDR"), 'write an address and a length such as "10.20.0.0/16"');
export const ipAddress = matching(
  "IP address",
  (written) => isIP(written) !== 0,
  unquoted("IP address"),
  "write one such as 10.96.0.53",
);

const isDomain = (written: string): boolean =>
  written.length <= 253 &&
  /[a-z]/i.test(written) &&
  written.split(".").every((label) => LABEL.test(label.toLowerCase()));
export const domain = matching("domain", isDomain, unquoted("domain"), 'mostly "cluster.local"');
export const host = matching(
  "host name or IP address",
  (written) => isIP(written) !== 0 || isDomain(written),
  unquoted("host name and no IP address"),
  "write where the Service dragonfly-link of that site is reached from here",
);

export const image: Value<string> = {
  ...matching(
    "image",
    (written) => written !== "" && !/\s/.test(written),
    unquoted("image"),
    'write "NAME:TAG@sha256:DIGEST"',
  ),
  example: "registry.example.com/name:1.2.3@sha256:DIGEST",
};

/** Five fields only: a server's cron has no seconds. */
export const cron: Value<string> = parsed(
  "cron expression of five fields, UTC",
  (written) => {
    const refuse = (reason: string): never => {
      throw new ParseError(
        `"${written}" does not parse: ${reason}`,
        'write five fields such as "0 */6 * * *", or "" for never',
      );
    };
    if (written.trim().split(/\s+/).length !== 5) refuse("it has not five fields");
    const next = nextRun(written, refuse);
    return next === null ? refuse("it never comes") : written;
  },
  (written) => written,
  "0 0 * * *",
);

function nextRun(written: string, refuse: (reason: string) => never): Date | null {
  try {
    return new Cron(written, { paused: true, timezone: "UTC" }).nextRun();
  } catch (error) {
    return refuse(error instanceof Error ? error.message.replace(/^CronPattern: /, "") : String(error));
  }
}

/** A DNS server. */
export interface Upstream extends UpstreamAddress {
  readonly written: string;
}
export const upstream: Value<Upstream> = parsed(
  "IP address, with :port where it is not 53",
  (written) => {
    const address = parseAddress(written);
    if (address !== undefined) return { ...address, written };
    throw new ParseError(
      `"${written}" is no IP address`,
      "use an address, with a port if need be ([v6]:port); a name would have to be asked for first",
    );
  },
  ({ written }) => written,
  { host: "192.0.2.1", port: 53, family: 4, written: "192.0.2.1" },
);
export const withPort = (address: UpstreamAddress): string => describeAddress(address);

export const userName = parsed(
  "name of a user",
  (written) => {
    if (!/^[A-Za-z0-9_.-]{1,64}$/.test(written))
      throw new ParseError(`"${written}" is no user's name`, 'use at most 64 letters, digits, "_", "-" and "."');
    if (RESERVED_USERS.includes(written))
      throw new ParseError(`"${written}" is one of the program's own users`, "choose another name");
    return written;
  },
  (written) => written,
  "",
);

export const keyPattern = parsed(
  "key pattern",
  (written) => {
    const reason = patternProblem(written);
    if (reason !== null) throw new ParseError(`"${written}" is no pattern: ${reason}`, 'write one such as "cache:*"');
    if (!written.includes("*"))
      throw new ParseError(`"${written}" has no "*": it would match this one key only`, `write "${written}*"`);
    if (written !== "*" && touchesReserved(written))
      throw new ParseError(
        `"${written}" reaches keys under "${RESERVED_PREFIX}", which are the guard's`,
        'choose another prefix; "*" alone stands for every key but those',
      );
    return written;
  },
  (written) => written,
  "",
);

export const channelPattern = parsed(
  "channel, or pattern of channels",
  (written) => {
    const reason = patternProblem(written);
    if (reason !== null) throw new ParseError(`"${written}" is no channel: ${reason}`, 'write one such as "news:*"');
    return written;
  },
  (written) => written,
  "",
);

/** Where an S3-compatible server is reached. */
export interface Endpoint {
  readonly url: string;
  readonly host: string;
  readonly port: number;
}
const portOf = ({ port: written, protocol }: URL): number =>
  written !== "" ? Number(written) : protocol === "https:" ? 443 : 80;
const isPlain = (url: URL): boolean =>
  /^https?:$/.test(url.protocol) && url.pathname === "/" && `${url.search}${url.username}${url.password}` === "";
export const endpoint: Value<Endpoint> = parsed(
  "URL",
  (written) => {
    const url = URL.canParse(written) ? new URL(written) : undefined;
    if (url !== undefined && isPlain(url))
      return { url: written, host: url.hostname.replace(/^\[|\]$/g, ""), port: portOf(url) };
    throw new ParseError(
      "is no URL of a host and a port alone",
      "write http:// or https://, the host and the port; credentials go into accessKey and secretKey",
    );
  },
  ({ url }) => url,
  { url: "http://192.0.2.1", host: "192.0.2.1", port: 80 },
);

/** Names as every S3 server takes them. */
export const bucketName = matching(
  "name of a bucket",
  (written) => /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(written),
  unquoted("bucket's name"),
  "use 3 to 63 of a-z, 0-9, dots and hyphens",
);

const arn = (name: string, form: RegExp, wanted: string): Value<string> =>
  matching(
    name,
    (written) => form.test(written),
    (written) => `"${written}" is not what is wanted`,
    `write ${wanted}`,
  );
export const kmsKeyArn = arn(
  "ARN of a KMS key",
  /^arn:aws[a-z-]*:kms:[^:]+:\d{12}:key\/.+$/,
  "the ARN of a KMS key (not of an alias: rights are given by the key)",
);
export const oidcProviderArn = arn(
  "ARN of an OIDC provider",
  /^arn:aws[a-z-]*:iam::\d{12}:oidc-provider\/.+$/,
  "the ARN of the cluster's OIDC provider",
);
export const bucketArn = arn("ARN of a bucket", /^arn:aws[a-z-]*:s3:::.+$/, "the ARN of the other region's bucket");

/** A label's key, with or without a prefix. */
export const labelKey = matching(
  "key of a label",
  (written) => /^([a-z0-9.-]{1,253}\/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/.test(written),
  unquoted("label's key"),
  'use letters, digits, "-", "_" and ".", and a prefix before "/" where there is one',
);

/** What a reader opens: a URL, or a path in a repository. */
export const readerAddress = matching(
  "URL or path",
  (written) => /^[^\s#]+$/.test(written),
  unquoted("address"),
  "write a URL or a path, without # and spaces",
);

/** One or more certificates in PEM. */
export const certificates = matching(
  "PEM of certificates",
  (written) => /^\s*(-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*)+$/.test(written),
  () => "is no PEM of certificates",
  "write all of it, from -----BEGIN CERTIFICATE----- to the last -----END CERTIFICATE-----; never a private key",
);

/** A stack that owns the passwords: never a name without its project. */
export const stackName = matching(
  "full name of a stack",
  (written) => /^[^/\s]+\/[^/\s]+\/[^/\s]+$/.test(written),
  unquoted("full name of a stack"),
  'write "organization/dragonfly-dr/STACK" for a file backend, "ORG/dragonfly-dr/STACK" otherwise',
);
