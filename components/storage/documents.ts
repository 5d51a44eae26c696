/** A policy document of AWS, as JSON has it. */
export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Statement[];
}

interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: string | { readonly Federated: string } | { readonly Service: string };
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

const VERSION = "2012-10-17";

/** Regions are in partitions, whose names begin every ARN. */
const partitionOf = (region: string): string =>
  region.startsWith("cn-") ? "aws-cn" : region.startsWith("us-gov-") ? "aws-us-gov" : "aws";

export const bucketArn = (bucket: string, region: string): string => `arn:${partitionOf(region)}:s3:::${bucket}`;

/** Whoever comes without TLS is refused, whatever else is allowed. */
export const tlsOnly = (arn: string): PolicyDocument => ({
  Version: VERSION,
  Statement: [
    {
      Sid: "TlsOnly",
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: [arn, `${arn}/*`],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
  ],
});

export interface AccessTo {
  readonly bucketArn: string;
  /** Such as "cache/primary/". */
  readonly prefix: string;
  /** Undefined where S3 has the key. */
  readonly kmsKeyArn: string | undefined;
}

/** Exactly what snapshots need, below their own prefix. Parts of broken uploads are the lifecycle's to remove. */
export const snapshotAccess = ({ bucketArn: arn, prefix, kmsKeyArn }: AccessTo): PolicyDocument => ({
  Version: VERSION,
  Statement: [
    {
      Sid: "Find",
      Effect: "Allow",
      Action: "s3:ListBucket",
      Resource: arn,
      Condition: { StringLike: { "s3:prefix": [`${prefix}*`] } },
    },
    { Sid: "Locate", Effect: "Allow", Action: "s3:GetBucketLocation", Resource: arn },
    {
      Sid: "Keep",
      Effect: "Allow",
      Action: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
      Resource: `${arn}/${prefix}*`,
    },
    // The parts of an upload are read again when it ends, hence Decrypt for a writer.
    ...(kmsKeyArn === undefined
      ? []
      : [
          {
            Sid: "Encrypt",
            Effect: "Allow",
            Action: ["kms:GenerateDataKey", "kms:Decrypt"],
            Resource: kmsKeyArn,
          } as const,
        ]),
  ],
});

/** S3 itself may take the role. */
export const replicationTrust: PolicyDocument = {
  Version: VERSION,
  Statement: [{ Sid: "S3", Effect: "Allow", Principal: { Service: "s3.amazonaws.com" }, Action: "sts:AssumeRole" }],
};

/** What S3 needs to copy every version of one bucket into another. */
export const replicationAccess = (
  from: { readonly arn: string; readonly kmsKeyArn: string | undefined },
  to: { readonly bucketArn: string; readonly kmsKeyArn: string | undefined },
): PolicyDocument => ({
  Version: VERSION,
  Statement: [
    { Sid: "Follow", Effect: "Allow", Action: ["s3:GetReplicationConfiguration", "s3:ListBucket"], Resource: from.arn },
    {
      Sid: "Read",
      Effect: "Allow",
      Action: ["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging"],
      Resource: `${from.arn}/*`,
    },
    { Sid: "Copy", Effect: "Allow", Action: ["s3:ReplicateObject", "s3:ReplicateTags"], Resource: `${to.bucketArn}/*` },
    ...(from.kmsKeyArn === undefined || to.kmsKeyArn === undefined
      ? []
      : [
          { Sid: "Open", Effect: "Allow", Action: "kms:Decrypt", Resource: from.kmsKeyArn } as const,
          { Sid: "Close", Effect: "Allow", Action: "kms:Encrypt", Resource: to.kmsKeyArn } as const,
        ]),
  ],
});

/** Pods of these ServiceAccounts of the cluster may take the role, and nobody else (IRSA). */
export function trustOf(
  oidcProviderArn: string,
  accounts: readonly { readonly namespace: string; readonly name: string }[],
): PolicyDocument {
  const issuer = oidcProviderArn.replace(/^.*:oidc-provider\//, "");
  const subjects = accounts.map(({ namespace, name }) => `system:serviceaccount:${namespace}:${name}`);
  return {
    Version: VERSION,
    Statement: [
      {
        Sid: "Pods",
        Effect: "Allow",
        Principal: { Federated: oidcProviderArn },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: { StringEquals: { [`${issuer}:aud`]: "sts.amazonaws.com", [`${issuer}:sub`]: subjects } },
      },
    ],
  };
}
