import { IAMClient } from "@aws-sdk/client-iam";
import { S3Client } from "@aws-sdk/client-s3";

/** AWS, or what speaks as it does. */
export interface AwsClients {
  readonly region: string;
  readonly s3: S3Client;
  readonly iam: IAMClient;
}

/**
 * From the environment, as every client of AWS; nothing else is looked at, no file and no metadata service.
 * @throws Error naming everything that is missing: without an endpoint this would speak to AWS itself, which is the
 * official provider's.
 */
export function awsClients(region: string, env: NodeJS.ProcessEnv): AwsClients {
  const names = ["AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] as const;
  const [endpoint = "", accessKeyId = "", secretAccessKey = ""] = names.map((name) => env[name] ?? "");
  const missing = names.filter((name) => (env[name] ?? "") === "");
  if (missing.length > 0)
    throw new Error(
      `${missing.join(", ")}: missing in the environment; the lab's aws provider speaks to moto only, use the ` +
        "official plugin for AWS",
    );
  const options = { region, endpoint, credentials: { accessKeyId, secretAccessKey }, maxAttempts: 2 };
  return { region, s3: new S3Client({ ...options, forcePathStyle: true }), iam: new IAMClient(options) };
}

/** Errors by which AWS says that something is not there. */
const GONE = new Set([
  "NoSuchBucket",
  "NotFound",
  "NoSuchBucketPolicy",
  "NoSuchLifecycleConfiguration",
  "NoSuchPublicAccessBlockConfiguration",
  "ReplicationConfigurationNotFoundError",
  "ServerSideEncryptionConfigurationNotFoundError",
  "NoSuchEntity",
  "NoSuchEntityException",
]);

/** What the request gives; undefined where AWS says that there is no such thing. */
export async function unlessGone<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof Error && GONE.has(error.name)) return undefined;
    throw error;
  }
}
