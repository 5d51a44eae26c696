import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { snapshotPrefix, type SnapshotSettings } from "../settings/snapshots";
import type { SiteSettings } from "../settings/site";
import { names } from "../names";
import { AwsStorage } from "./awsStorage";
import type { SnapshotAccess } from "./snapshotAccess";
import { bucketArn, snapshotAccess } from "./documents";

/** Of an S3-compatible server's user, which is made there. */
export interface S3Key {
  readonly accessKey: pulumi.Input<string>;
  readonly secretKey: pulumi.Input<string>;
}

/** ServiceAccount of the drills, in their own namespace. */
export const drillAccount = (namespace: string) => ({ namespace: drillNamespace(namespace), name: "dragonfly-drill" });
export const drillNamespace = (namespace: string): string => `${namespace}-drill`;

/**
 * Makes what the settings ask for (nothing, where the server is one's own), and says how a pod comes in. null while
 * snapshots are off.
 * @param s3Key must be given with `snapshots.s3`.
 */
export function makeSnapshotAccess(
  name: string,
  settings: SiteSettings,
  s3Key: S3Key | undefined,
  opts: pulumi.ComponentResourceOptions,
): SnapshotAccess | null {
  const { s3, aws }: SnapshotSettings = settings.snapshots;
  if (s3 !== undefined && s3Key !== undefined)
    return { kind: "key", accessKey: pulumi.secret(s3Key.accessKey), secretKey: pulumi.secret(s3Key.secretKey) };
  if (aws === undefined) return null;
  const { namespace, site } = settings;
  const access = snapshotAccess({
    bucketArn: bucketArn(aws.bucket, aws.region),
    prefix: snapshotPrefix(namespace, site),
    kmsKeyArn: aws.kmsKeyArn,
  });
  const accounts = [{ namespace, name: names.serviceAccount }, drillAccount(namespace)];
  return new AwsStorage(name, { settings: aws, access, accounts, identityName: identityName(namespace, site) }, opts)
    .access;
}

/** IAM allows 64 characters, of which "-copy" is kept free; of a longer name the end is a hash. */
export function identityName(namespace: string, site: string): string {
  const whole = `${namespace}-${site}-snapshots`;
  if (whole.length <= 59) return whole;
  return `${whole.slice(0, 50)}-${createHash("sha256").update(whole).digest("hex").slice(0, 8)}`;
}
