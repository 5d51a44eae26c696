import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { objectLabels } from "./names";
import type { Transforms } from "./transforms";

export interface SiteNamespaceArgs {
  readonly site: string;
  readonly namespace: string;
  readonly transforms?: Transforms;
}

const LEVEL = "restricted";

/** The namespace of a site: every pod in it keeps to pod security `restricted`, or is refused. */
export class SiteNamespace extends pulumi.ComponentResource {
  /** The namespace's name, known once it is there. */
  readonly namespaceName: pulumi.Output<string>;

  constructor(name: string, args: SiteNamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dragonfly-dr:index:SiteNamespace", name, {}, opts);
    const own: k8s.core.v1.NamespaceArgs = {
      metadata: {
        name: args.namespace,
        labels: {
          ...objectLabels(args.site),
          ...Object.fromEntries(
            ["enforce", "audit", "warn"].map((mode) => [`pod-security.kubernetes.io/${mode}`, LEVEL]),
          ),
        },
      },
    };
    const namespace = new k8s.core.v1.Namespace(`${name}-namespace`, args.transforms?.namespace?.(own) ?? own, {
      parent: this,
    });
    this.namespaceName = namespace.metadata.name;
    this.registerOutputs({ namespaceName: this.namespaceName });
  }
}
