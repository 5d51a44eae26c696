import { isIP } from "node:net";

/**
 * An S3-compatible server of one's own, such as RustFS or MinIO: bucket and user are made there, outside of this
 * program.
 */
export interface S3Settings {
  /** http:// or https:// with host and port. A change: the server's pod needs `upgrade`. */
  readonly endpoint: string;
  readonly bucket: string;
  /** What requests are signed for. Default us-east-1. */
  readonly region: string;
  /** Where its pods are, inside the cluster. Default: as the endpoint's name says (NAME.NAMESPACE.svc…); "" outside. */
  readonly namespace: string;
  /** Its addresses. Default: the endpoint's, where that is an address. */
  readonly cidrs: readonly string[];
}

/** A bucket of AWS, made and protected by the stack. */
export interface AwsSettings {
  /** The bucket's name, world-wide its own. A change makes another bucket; the old one stays. */
  readonly bucket: string;
  readonly region: string;
  /**
   * S3's addresses as the cluster reaches them (the VPC endpoint's prefix list), and of its token service with
   * `oidcProviderArn`.
   */
  readonly cidrs: readonly string[];
  /**
   * ARN of a key of KMS for the objects; "" (default) for S3's own. Snapshots that are there stay under the earlier
   * one.
   */
  readonly kmsKeyArn: string;
  /**
   * The cluster's identity provider, on EKS: the server's ServiceAccount takes a role then (IRSA). "" (default): an IAM
   * user whose
   * key goes into the Secret `dragonfly-s3`.
   */
  readonly oidcProviderArn: string;
  /**
   * Days after which S3 itself removes a snapshot; 0 for never. Beyond `retention.days`, whose pruning knows the last
   * good one. Default 90.
   */
  readonly expireDays: number;
  /** Days that overwritten and deleted objects are kept. Default 30. */
  readonly expireOldVersionsDays: number;
  /** Another region's bucket, made by its own stack, that every snapshot is copied to. Default null. */
  readonly replicateTo: ReplicaSettings | null;
}

export interface ReplicaSettings {
  /** Such as arn:aws:s3:::example-cache-snapshots-eu-west-1; versioned, as every bucket that replicates. */
  readonly bucketArn: string;
  /** ARN of that region's key of KMS; needed with `kmsKeyArn`, as a key stays in its region. Default "". */
  readonly kmsKeyArn: string;
}

export interface SnapshotSettings {
  /**
   * When a snapshot is taken, and the server dumps to its own volume: five fields, UTC; "" for never. Default every 6
   * hours. At once.
   */
  readonly cron: string;
  /** What pruning keeps: everything of the last `days`, and always the newest `least`. Default 14 and 3. At once. */
  readonly retention: { readonly days: number; readonly least: number };
  /**
   * When the newest snapshot is restored into a throwaway server: five fields, UTC; "" for never. Default Sundays at 3.
   * At once.
   */
  readonly drillCron: string;
  /**
   * Whether a server that starts with an empty disk, its peers away, loads its newest snapshot by itself. Default
   * false. At once.
   */
  readonly restoreWhenEmpty: boolean;
  /** Where snapshots go: one of the two, or neither (dumps stay on the server's own volume then). */
  readonly s3: S3Settings | null;
  readonly aws: AwsSettings | null;
}

/** What a process needs to know to reach its snapshots; no secret. */
export interface SnapshotTarget {
  readonly bucket: string;
  readonly region: string;
  /** null: AWS's own. */
  readonly endpoint: string | null;
  readonly pathStyle: boolean;
}

export const snapshotDefaults: SnapshotSettings = {
  cron: "0 */6 * * *",
  retention: { days: 14, least: 3 },
  drillCron: "0 3 * * 0",
  restoreWhenEmpty: false,
  s3: null,
  aws: null,
};

export const s3Defaults: S3Settings = { endpoint: "", bucket: "", region: "us-east-1", namespace: "", cidrs: [] };
export const awsDefaults: AwsSettings = {
  bucket: "",
  region: "",
  cidrs: [],
  kmsKeyArn: "",
  oidcProviderArn: "",
  expireDays: 90,
  expireOldVersionsDays: 30,
  replicateTo: null,
};

type Loose<T> = { readonly [K in keyof T]?: T[K] | undefined };
export type SnapshotArgs = Omit<Loose<SnapshotSettings>, "retention" | "s3" | "aws"> & {
  readonly retention?: Loose<SnapshotSettings["retention"]>;
  readonly s3?: Loose<S3Settings> | null;
  readonly aws?:
    | (Omit<Loose<AwsSettings>, "replicateTo"> & { readonly replicateTo?: Loose<ReplicaSettings> | null | undefined })
    | null;
};

export function withSnapshotDefaults(args: SnapshotArgs = {}): SnapshotSettings {
  return {
    ...snapshotDefaults,
    ...present(args),
    retention: { ...snapshotDefaults.retention, ...present(args.retention ?? {}) },
    s3: args.s3 == null ? null : withS3Defaults({ ...s3Defaults, ...present(args.s3) }),
    aws:
      args.aws == null
        ? null
        : {
            ...awsDefaults,
            ...present(args.aws),
            replicateTo:
              args.aws.replicateTo == null ? null : { bucketArn: "", kmsKeyArn: "", ...present(args.aws.replicateTo) },
          },
  };
}

/** The endpoint's host says where it is: a Service's name has its namespace, an address is one. */
function withS3Defaults(s3: S3Settings): S3Settings {
  const host = URL.canParse(s3.endpoint) ? new URL(s3.endpoint).hostname.replace(/^\[|\]$/g, "") : "";
  const namespace = /^[^.]+\.([^.]+)\.svc(\.|$)/.exec(host)?.[1] ?? "";
  const own = isIP(host) === 0 ? [] : [`${host}/${isIP(host) === 4 ? 32 : 128}`];
  return {
    ...s3,
    namespace: s3.namespace === "" ? namespace : s3.namespace,
    cidrs: s3.cidrs.length === 0 ? own : s3.cidrs,
  };
}

/** Where the snapshots of these settings go; null where they stay on the volume. */
export function snapshotTarget({ s3, aws }: SnapshotSettings): SnapshotTarget | null {
  if (s3 !== null) return { bucket: s3.bucket, region: s3.region, endpoint: s3.endpoint, pathStyle: true };
  return aws === null ? null : { bucket: aws.bucket, region: aws.region, endpoint: null, pathStyle: false };
}

/** Who has to be reached for them. */
export interface SnapshotStore {
  readonly namespace: string;
  readonly cidrs: readonly string[];
  readonly port: number;
}

export function snapshotStore({ s3, aws }: SnapshotSettings): SnapshotStore | null {
  if (s3 !== null) return { namespace: s3.namespace, cidrs: s3.cidrs, port: portOf(new URL(s3.endpoint)) };
  return aws === null ? null : { namespace: "", cidrs: aws.cidrs, port: 443 };
}

const portOf = ({ port, protocol }: URL): number => (port !== "" ? Number(port) : protocol === "https:" ? 443 : 80);

/** Keys below which a site's snapshots lie: no other site's, and no other cache's. */
export const snapshotPrefix = (namespace: string, site: string): string => `${namespace}/${site}/`;

const present = <T extends object>(given: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
