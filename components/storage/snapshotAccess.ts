import type * as pulumi from "@pulumi/pulumi";

/**
 * A pod authenticates to the store with an access key from a Secret, or with an IAM role bound to its ServiceAccount.
 */
export type SnapshotAccess =
  | { readonly kind: "key"; readonly accessKey: pulumi.Output<string>; readonly secretKey: pulumi.Output<string> }
  | { readonly kind: "role"; readonly roleArn: pulumi.Output<string> };
