import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { names, objectLabels } from "../names";

export interface S3SecretArgs {
  readonly site: string;
  readonly namespace: pulumi.Input<string>;
  readonly key: { readonly accessKey: pulumi.Output<string>; readonly secretKey: pulumi.Output<string> };
}

/** The Secret that the snapshots' container reads its key from, as two files. */
export class S3Secret extends pulumi.ComponentResource {
  constructor(name: string, { site, namespace, key }: S3SecretArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dragonfly-dr:index:S3Secret", name, {}, opts);
    const base64 = (value: pulumi.Output<string>): pulumi.Output<string> =>
      value.apply((text) => Buffer.from(text).toString("base64"));
    const data = { accessKey: base64(key.accessKey), secretKey: base64(key.secretKey) };
    new k8s.core.v1.Secret(
      name,
      { metadata: { name: names.s3, namespace, labels: objectLabels(site, "server") }, type: "Opaque", data },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
