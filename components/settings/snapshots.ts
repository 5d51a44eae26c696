import { isIP } from "node:net";
import { group, optional, optionalGroup, orOff, required, withDefault } from "../catalogue/fields";
import type { SettingsOf, Siblings } from "../catalogue/node";
import { boolean, list, text, wholeNumber } from "../catalogue/values";
import {
  bucketArn,
  bucketName,
  cidr,
  cron,
  endpoint,
  kmsKeyArn,
  namespaceName,
  oidcProviderArn,
  type Endpoint,
} from "./kinds";

const MOST_DAYS = 36_500;
const days = wholeNumber(1, MOST_DAYS);

/** The endpoint's host says where it is: an address is one. */
const ownAddress = ({ endpoint: given }: Siblings): readonly string[] => {
  const { host } = given as Endpoint;
  return isIP(host) === 0 ? [] : [`${host}/${isIP(host) === 4 ? 32 : 128}`];
};
/** And a Service's name has its namespace. */
const ownNamespace = ({ endpoint: given }: Siblings): string =>
  /^[^.]+\.([^.]+)\.svc(\.|$)/.exec((given as Endpoint).host)?.[1] ?? "";

export const s3Fields = {
  endpoint: required(endpoint, {
    missing: "write the server's URL, such as http://rustfs-svc.storage.svc.cluster.local:9000",
    doc: "URL of the server: http:// or https://, host and port.",
    example: "http://rustfs-svc.storage.svc.cluster.local:9000",
  }),
  bucket: required(bucketName, {
    missing: "write the bucket's name",
    doc: "Bucket, which exists already.",
    example: "dragonfly-backups",
  }),
  region: withDefault(text, { default: "us-east-1", doc: "Region that requests are signed for." }),
  namespace: orOff(namespaceName, {
    default: ownNamespace,
    defaultShown: "the namespace in the endpoint's name, where that is NAME.NAMESPACE.svc",
    off: "",
    doc: "Namespace of the server's pods, when they run in this cluster.",
    example: "storage",
  }),
  cidrs: withDefault(list(cidr), {
    default: ownAddress,
    defaultShown: "the endpoint's address, where it is one",
    doc: "Addresses of the server. Needed where neither the endpoint nor namespace says where it is.",
    example: ["10.20.30.40/32"],
  }),
};

/** An S3-compatible server of one's own, such as RustFS or MinIO. */
export const s3 = group(
  "S3",
  {
    doc: "An S3-compatible server such as RustFS or MinIO. Its bucket and user are made outside of this program.",
    effect: "replace the pod",
  },
  s3Fields,
);

const replicateTo = group(
  "BucketReplica",
  { doc: "Another region's bucket, made by its own stack, to which S3 copies every snapshot." },
  {
    bucketArn: required(bucketArn, {
      missing: "write the ARN of the other region's bucket",
      doc: "ARN of the bucket, which has versioning on.",
      example: "arn:aws:s3:::example-cache-snapshots-eu-west-1",
    }),
    kmsKeyArn: optional(kmsKeyArn, {
      doc: "ARN of a KMS key of that region; needed with snapshots.aws.kmsKeyArn, as a key stays in its region.",
      example: "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    }),
  },
);

export const aws = group(
  "Aws",
  { doc: "A bucket of AWS that the stack makes and protects.", effect: "nothing" },
  {
    bucket: required(bucketName, {
      missing: "write a name that no other bucket in the world has",
      doc: "Name of the bucket. A change makes another bucket; the old one and its snapshots stay.",
      effect: "replace the pod",
      example: "example-cache-snapshots-eu-central-1",
    }),
    region: required(text, {
      missing: "write the bucket's region, such as eu-central-1",
      doc: "Region of the bucket.",
      effect: "replace the pod",
      example: "eu-central-1",
    }),
    cidrs: required(list(cidr, { least: 1 }), {
      missing: "give S3's addresses as the cluster reaches them: the prefix list of your VPC endpoint, or 0.0.0.0/0",
      doc:
        "Addresses of S3 as the cluster reaches them (the VPC endpoint's prefix list), and of the token service with" +
        " oidcProviderArn.",
      effect: "at once",
      example: ["10.10.16.0/24"],
    }),
    kmsKeyArn: optional(kmsKeyArn, {
      doc: "KMS key that encrypts the objects. Not given: S3's own key. Older snapshots stay under the earlier key.",
      example: "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    }),
    oidcProviderArn: optional(oidcProviderArn, {
      doc:
        "The cluster's OIDC provider, on EKS: the server's ServiceAccount takes an IAM role (IRSA). Not given: an IAM" +
        " user with an access key in Secret dragonfly-s3.",
      effect: "replace the pod",
      example: "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLE",
    }),
    expireDays: orOff(days, {
      default: 90,
      off: 0,
      doc: "Days after which S3 removes a snapshot; more than retention.days, whose pruning keeps the last good one.",
    }),
    expireOldVersionsDays: withDefault(days, {
      default: 30,
      doc: "Days for which S3 keeps overwritten and deleted objects.",
    }),
    replicateTo: optionalGroup(replicateTo),
  },
);

const retention = group(
  "Retention",
  { doc: "What pruning keeps." },
  {
    days: withDefault(days, { default: 14, doc: "Every snapshot of the last so many days is kept.", example: 30 }),
    least: withDefault(wholeNumber(1, 100_000), {
      default: 3,
      doc: "The newest so many snapshots are kept, however old.",
    }),
  },
);

export const snapshotFields = {
  cron: orOff(cron, {
    default: "0 */6 * * *",
    off: "",
    doc: "When a snapshot is taken, and the server dumps to its own volume.",
    example: "0 * * * *",
  }),
  drillCron: orOff(cron, {
    default: "0 3 * * 0",
    off: "",
    doc: "When the newest snapshot is restored into a throwaway server, to prove that it can be.",
  }),
  retention,
  restoreWhenEmpty: withDefault(boolean, {
    default: false,
    doc: "Whether a server that starts with an empty disk loads its newest snapshot while its peers are unreachable.",
  }),
  s3: optionalGroup(s3),
  aws: optionalGroup(aws),
};

export const snapshotsAbout = {
  doc:
    "Snapshots of the data. They go to one of s3 and aws; with neither, dumps stay on the server's own volume. To add" +
    " or remove s3 or aws: replace the pod.",
  effect: "at once",
} as const;

export const snapshots = group("Snapshots", snapshotsAbout, snapshotFields);

export type SnapshotSettings = SettingsOf<typeof snapshots>;
export type S3Settings = SettingsOf<typeof s3>;
export type AwsSettings = SettingsOf<typeof aws>;
export type ReplicaSettings = SettingsOf<typeof replicateTo>;

/** What a process needs to know to reach its snapshots; no secret. */
export interface SnapshotTarget {
  readonly bucket: string;
  readonly region: string;
  /** null: AWS's own. */
  readonly endpoint: string | null;
  readonly pathStyle: boolean;
}

/** Where the snapshots of these settings go; undefined where they stay on the volume. */
export function snapshotTarget({ s3: own, aws: cloud }: SnapshotSettings): SnapshotTarget | undefined {
  if (own !== undefined) return { bucket: own.bucket, region: own.region, endpoint: own.endpoint.url, pathStyle: true };
  return cloud && { bucket: cloud.bucket, region: cloud.region, endpoint: null, pathStyle: false };
}

/** Who has to be reached for them. */
export interface SnapshotStore {
  readonly namespace: string | undefined;
  readonly cidrs: readonly string[];
  readonly port: number;
}

export function snapshotStore({ s3: own, aws: cloud }: SnapshotSettings): SnapshotStore | undefined {
  if (own !== undefined) return { namespace: own.namespace, cidrs: own.cidrs, port: own.endpoint.port };
  return cloud && { namespace: undefined, cidrs: cloud.cidrs, port: 443 };
}

/** Keys below which a site's snapshots lie: no other site's, and no other cache's. */
export const snapshotPrefix = (namespace: string, site: string): string => `${namespace}/${site}/`;
