import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import { trustOf, type PolicyDocument } from "./documents";

export interface SnapshotIdentityArgs {
  /** Such as "cache-primary-snapshots": the role's or user's name, its own in the account. */
  readonly identityName: string;
  readonly access: PolicyDocument;
  /** Who may take the role; undefined for a user with a key. */
  readonly oidcProviderArn: string | undefined;
  readonly accounts: readonly { readonly namespace: string; readonly name: string }[];
}

/** What the server's pod is to AWS: a role that it takes by its ServiceAccount, or a user with a key. */
export class SnapshotIdentity extends pulumi.ComponentResource {
  /** For the annotation eks.amazonaws.com/role-arn; undefined for a user. */
  readonly roleArn: pulumi.Output<string> | undefined;
  /** Secret; undefined for a role. */
  readonly key: { readonly accessKey: pulumi.Output<string>; readonly secretKey: pulumi.Output<string> } | undefined;

  constructor(
    name: string,
    { identityName, access, oidcProviderArn, accounts }: SnapshotIdentityArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("dragonfly-dr:index:SnapshotIdentity", name, {}, opts);
    const own = { parent: this };
    const policy = JSON.stringify(access);
    if (oidcProviderArn === undefined) {
      const user = new iam.User(name, { name: identityName }, own);
      const allowed = new iam.UserPolicy(`${name}-access`, { name: "snapshots", user: user.name, policy }, own);
      const key = new iam.AccessKey(
        `${name}-key`,
        { user: user.name },
        { ...own, dependsOn: [allowed], additionalSecretOutputs: ["secret"] },
      );
      this.key = { accessKey: pulumi.secret(key.id), secretKey: pulumi.secret(key.secret) };
    } else {
      const role = new iam.Role(
        name,
        { name: identityName, assumeRolePolicy: JSON.stringify(trustOf(oidcProviderArn, accounts)) },
        own,
      );
      new iam.RolePolicy(`${name}-access`, { name: "snapshots", role: role.name, policy }, own);
      this.roleArn = role.arn;
    }
    this.registerOutputs({});
  }
}
