import { Cron } from "croner";
import { checkCidrs } from "./values";
import type { Problem } from "../problems";
import type { AwsSettings, ReplicaSettings, S3Settings, SnapshotSettings } from "../settings/snapshots";

/** Everything that is wrong with where snapshots go and when: half a configuration is an error, never an "off". */
export function checkSnapshots(snapshots: SnapshotSettings): readonly Problem[] {
  const { cron, drillCron, retention, s3, aws } = snapshots;
  const both =
    s3 !== null && aws !== null
      ? [{ key: "snapshots.aws", problem: "is given beside snapshots.s3", remedy: "give one of the two" }]
      : [];
  const idle =
    (s3 !== null || aws !== null) && cron === ""
      ? [
          {
            key: "snapshots.cron",
            problem: "is empty, though there is a place for snapshots",
            remedy: 'write five fields such as "0 */6 * * *", or remove s3 and aws',
          },
        ]
      : [];
  return [
    ...checkCron("snapshots.cron", cron),
    ...checkCron("snapshots.drillCron", drillCron),
    ...atLeast("snapshots.retention.days", retention.days, 1),
    ...atLeast("snapshots.retention.least", retention.least, 1),
    ...both,
    ...idle,
    ...(s3 === null ? [] : checkS3(s3)),
    ...(aws === null ? [] : checkAws(aws, retention.days)),
  ];
}

/** Five fields only: a server's cron has no seconds. */
function checkCron(key: string, cron: string): readonly Problem[] {
  if (cron === "") return [];
  const problem = (reason: string): readonly Problem[] => [
    {
      key,
      problem: `"${cron}" does not parse: ${reason}`,
      remedy: 'write five fields such as "0 */6 * * *", or "" for never',
    },
  ];
  if (cron.trim().split(/\s+/).length !== 5) return problem("it has not five fields");
  try {
    const next = new Cron(cron, { paused: true, timezone: "UTC" }).nextRun();
    return next === null ? problem("it never comes") : [];
  } catch (error) {
    return problem(error instanceof Error ? error.message.replace(/^CronPattern: /, "") : String(error));
  }
}

const atLeast = (key: string, value: number, least: number): readonly Problem[] =>
  value >= least ? [] : [{ key, problem: `is ${value}`, remedy: `write ${least} or more` }];

const needed = (key: string, value: string, what: string): readonly Problem[] =>
  value === "" ? [{ key, problem: "is missing beside the others", remedy: `write ${what}` }] : [];

/** Names as every S3 server takes them. */
function checkBucket(key: string, bucket: string): readonly Problem[] {
  if (bucket === "" || /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) return [];
  return [{ key, problem: `"${bucket}" is no bucket's name`, remedy: "use 3 to 63 of a-z, 0-9, dots and hyphens" }];
}

function checkS3({ endpoint, bucket, namespace, cidrs }: S3Settings): readonly Problem[] {
  const key = "snapshots.s3";
  const problems = [
    ...needed(
      `${key}.endpoint`,
      endpoint,
      "the server's URL, such as http://rustfs-svc.storage.svc.cluster.local:9000",
    ),
    ...needed(`${key}.bucket`, bucket, "the bucket's name"),
    ...checkBucket(`${key}.bucket`, bucket),
    ...checkCidrs(`${key}.cidrs`, cidrs),
  ];
  if (endpoint === "") return problems;
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (
    url === undefined ||
    !/^https?:$/.test(url.protocol) ||
    url.pathname !== "/" ||
    url.search !== "" ||
    url.username !== "" ||
    url.password !== ""
  ) {
    return [
      ...problems,
      {
        key: `${key}.endpoint`,
        problem: "is no URL of a host and a port alone",
        remedy: "write http:// or https://, the host and the port; credentials go into accessKey and secretKey",
      },
    ];
  }
  if (namespace === "" && cidrs.length === 0)
    return [
      ...problems,
      {
        key: `${key}.cidrs`,
        problem: `is missing: nothing says at which addresses ${url.hostname} is`,
        remedy: "give its addresses, or its namespace",
      },
    ];
  return problems;
}

const KMS_KEY = /^arn:aws[a-z-]*:kms:[^:]+:\d{12}:key\/.+$/;

const arn = (key: string, value: string, form: RegExp, such: string): readonly Problem[] =>
  value === "" || form.test(value)
    ? []
    : [{ key, problem: `"${value}" is not what is wanted`, remedy: `write ${such}` }];

function checkAws(aws: AwsSettings, retentionDays: number): readonly Problem[] {
  const key = "snapshots.aws";
  const { replicateTo, expireDays } = aws;
  return [
    ...needed(`${key}.bucket`, aws.bucket, "a name that no other bucket in the world has"),
    ...checkBucket(`${key}.bucket`, aws.bucket),
    ...needed(`${key}.region`, aws.region, "the bucket's region, such as eu-central-1"),
    ...(aws.cidrs.length === 0
      ? [
          {
            key: `${key}.cidrs`,
            problem: "is missing beside the others",
            remedy:
              "give S3's addresses as the cluster reaches them: the prefix list of your VPC endpoint, or 0.0.0.0/0",
          },
        ]
      : []),
    ...checkCidrs(`${key}.cidrs`, aws.cidrs),
    ...arn(
      `${key}.kmsKeyArn`,
      aws.kmsKeyArn,
      KMS_KEY,
      "the ARN of a KMS key (not of an alias: rights are given by the key)",
    ),
    ...arn(
      `${key}.oidcProviderArn`,
      aws.oidcProviderArn,
      /^arn:aws[a-z-]*:iam::\d{12}:oidc-provider\/.+$/,
      "the ARN of the cluster's OIDC provider",
    ),
    ...(expireDays !== 0 && expireDays <= retentionDays
      ? [
          {
            key: `${key}.expireDays`,
            problem: `is ${expireDays}, within the ${retentionDays} days that pruning keeps`,
            remedy: "write more days than snapshots.retention.days, or 0",
          },
        ]
      : []),
    ...atLeast(`${key}.expireOldVersionsDays`, aws.expireOldVersionsDays, 1),
    ...(replicateTo === null ? [] : checkReplica(`${key}.replicateTo`, replicateTo, aws.kmsKeyArn)),
  ];
}

function checkReplica(
  key: string,
  { bucketArn, kmsKeyArn }: ReplicaSettings,
  ownKmsKeyArn: string,
): readonly Problem[] {
  return [
    ...arn(
      `${key}.bucketArn`,
      bucketArn || "(nothing)",
      /^arn:aws[a-z-]*:s3:::.+$/,
      "the ARN of the other region's bucket",
    ),
    ...arn(`${key}.kmsKeyArn`, kmsKeyArn, KMS_KEY, "the ARN of that region's KMS key"),
    ...((kmsKeyArn === "") === (ownKmsKeyArn === "")
      ? []
      : [
          {
            key: `${key}.kmsKeyArn`,
            problem: "and snapshots.aws.kmsKeyArn are given one without the other",
            remedy: "give both, or neither",
          },
        ]),
  ];
}
