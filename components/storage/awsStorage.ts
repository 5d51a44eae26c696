import { Provider } from "@pulumi/aws/provider";
import * as pulumi from "@pulumi/pulumi";
import type { AwsSettings } from "../settings/snapshots";
import type { SnapshotAccess } from "./snapshotAccess";
import { SnapshotBucket } from "./bucket";
import type { PolicyDocument } from "./documents";
import { SnapshotIdentity } from "./identity";

export interface AwsStorageArgs {
  readonly settings: AwsSettings;
  readonly access: PolicyDocument;
  readonly accounts: readonly { readonly namespace: string; readonly name: string }[];
  /** Of the role or the user, and beginning of others: their own in the account, 59 characters at most. */
  readonly identityName: string;
}

/**
 * A site's bucket in AWS, and who may use it. The account and its credentials are the AWS provider's, as everywhere.
 */
export class AwsStorage extends pulumi.ComponentResource {
  readonly access: SnapshotAccess;

  constructor(
    name: string,
    { settings, access, accounts, identityName }: AwsStorageArgs,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("dragonfly-dr:index:AwsStorage", name, {}, opts);
    const provider = new Provider(`${name}-aws`, { region: settings.region }, { parent: this });
    const own = { parent: this, provider };
    new SnapshotBucket(`${name}-bucket`, { settings, identityName }, own);
    const { roleArn, key } = new SnapshotIdentity(
      `${name}-identity`,
      { identityName, access, accounts, oidcProviderArn: settings.oidcProviderArn },
      own,
    );
    if (roleArn !== undefined) this.access = { kind: "role", roleArn };
    else if (key !== undefined) this.access = { kind: "key", ...key };
    else throw new Error("an identity has either a role or a key");
    this.registerOutputs({});
  }
}
