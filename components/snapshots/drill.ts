import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { SNAPSHOTS_BUNDLE, SNAPSHOTS_FILE } from "../../contract/mounts";
import { names, objectLabels } from "../names";
import { drillPolicies } from "../network/policies";
import type { SiteSettings } from "../settings/site";
import { SiteNamespace } from "../siteNamespace";
import { drillNames } from "./drillNames";
import { drillPod } from "./drillPod";
import { snapshotsFile } from "./file";
import type { Bundle } from "../bundle";
import { drillNamespace } from "../storage/access";
import type { SnapshotAccess } from "../storage/snapshotAccess";
import { S3Secret } from "../storage/s3Secret";

export interface DrillArgs {
  readonly settings: SiteSettings;
  readonly bundle: Bundle;
  readonly access: SnapshotAccess;
}

/** No drill takes longer: what cannot be restored in a day is no way out. */
const DEADLINE_SECONDS = 86_400;
/** The pod holds a copy of the data; its receipt stays in the store. */
const KEPT_SECONDS = 3_600;
/** For a schedule that is suspended: a CronJob needs one. */
const WEEKLY = "0 3 * * 0";

/**
 * The proof that a site's snapshots can be restored, in a namespace of its own that speaks to the object store and to
 * nobody
 * else: a job on schedule, from which `dragonfly-dr drill` makes one at once.
 */
export class Drill extends pulumi.ComponentResource {
  readonly cronJob: k8s.batch.v1.CronJob;

  constructor(name: string, { settings, bundle, access }: DrillArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dragonfly-dr:index:Drill", name, {}, opts);
    const { site, snapshots } = settings;
    const { namespaceName: namespace } = new SiteNamespace(
      name,
      { site, namespace: drillNamespace(settings.namespace) },
      { parent: this },
    );
    const metadata = (objectName: string): k8s.types.input.meta.v1.ObjectMeta => ({
      name: objectName,
      namespace,
      labels: objectLabels(site, "drill"),
    });
    const rules = drillPolicies(settings).map((policy) => {
      return new k8s.networking.v1.NetworkPolicy(
        `${name}-${policy.name.replace("dragonfly-", "")}`,
        { metadata: metadata(policy.name), spec: policy.spec },
        { parent: this },
      );
    });
    const annotations = access.kind === "role" ? { annotations: { "eks.amazonaws.com/role-arn": access.roleArn } } : {};
    const account = new k8s.core.v1.ServiceAccount(
      `${name}-account`,
      { metadata: { ...metadata(drillNames.serviceAccount), ...annotations }, automountServiceAccountToken: false },
      { parent: this },
    );
    const bundleName = `${names.snapshots}-${bundle.hash}`;
    const source = new k8s.core.v1.ConfigMap(
      `${name}-bundle`,
      { metadata: metadata(bundleName), immutable: true, data: { [SNAPSHOTS_BUNDLE]: bundle.source } },
      { parent: this },
    );
    const config = new k8s.core.v1.ConfigMap(
      `${name}-config`,
      { metadata: metadata(names.snapshots), data: { [SNAPSHOTS_FILE]: snapshotsFile(settings) ?? "" } },
      { parent: this },
    );
    const key =
      access.kind === "key" ? [new S3Secret(`${name}-s3`, { site, namespace, key: access }, { parent: this })] : [];
    this.cronJob = new k8s.batch.v1.CronJob(
      `${name}-cron`,
      {
        metadata: metadata(drillNames.cronJob),
        spec: {
          schedule: snapshots.drillCron ?? WEEKLY,
          suspend: snapshots.drillCron === undefined,
          timeZone: "Etc/UTC",
          concurrencyPolicy: "Forbid",
          successfulJobsHistoryLimit: 1,
          failedJobsHistoryLimit: 3,
          jobTemplate: {
            metadata: { labels: objectLabels(site, "drill") },
            spec: {
              backoffLimit: 0,
              activeDeadlineSeconds: DEADLINE_SECONDS,
              ttlSecondsAfterFinished: KEPT_SECONDS,
              template: drillPod(settings, { configMap: bundleName, access }),
            },
          },
        },
      },
      // No pod before the rules that shut it off.
      { parent: this, dependsOn: [...rules, account, source, config, ...key] },
    );
    this.registerOutputs({ cronJob: this.cronJob.metadata.name });
  }
}
