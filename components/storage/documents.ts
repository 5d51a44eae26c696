/** A policy document of AWS, as JSON has it. */
export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Statement[];
}

interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: string | { readonly Federated: string };
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

const VERSION = "2012-10-17";

/** "aws", or the name of another partition such as China's: as in the given ARN. */
const partitionOf = (arn: string): string => /^arn:([^:]+):/.exec(arn)?.[1] ?? "aws";

export const bucketArn = (bucket: string, likeArn = ""): string => `arn:${partitionOf(likeArn)}:s3:::${bucket}`;

/** Whoever comes without TLS is refused, whatever else is allowed. */
export const tlsOnly = (arn: string): PolicyDocument => ({
  Version: VERSION,
  Statement: [{ Sid: "TlsOnly", Effect: "Deny", Principal: "*", Action: "s3:*", Resource: [arn, `${arn}/*`], Condition: { Bool: { "aws:SecureTransport": "false" } } }],
});

/** Exactly what snapshots need, below their own prefix. */
export const snapshotAccess = (arn: string, prefix: string): PolicyDocument => ({
  Version: VERSION,
  Statement: [
    { Sid: "Find", Effect: "Allow", Action: "s3:ListBucket", Resource: arn, Condition: { StringLike: { "s3:prefix": [`${prefix}*`] } } },
    { Sid: "Locate", Effect: "Allow", Action: "s3:GetBucketLocation", Resource: arn },
    { Sid: "Keep", Effect: "Allow", Action: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], Resource: `${arn}/${prefix}*` },
  ],
});

/** Pods of these ServiceAccounts of the cluster may take the role, and nobody else (IRSA). */
export function trustOf(oidcProviderArn: string, accounts: readonly { readonly namespace: string; readonly name: string }[]): PolicyDocument {
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
