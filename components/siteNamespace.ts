import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { objectLabels } from "./names";

export interface SiteNamespaceArgs {
  readonly site: string;
  readonly namespace: string;
}

const LEVEL = "restricted";

/** The namespace of a site: every pod in it keeps to pod security `restricted`, or is refused. */
export class SiteNamespace extends pulumi.ComponentResource {
  /** The namespace's name, known once it is there. */
  readonly namespaceName: pulumi.Output<string>;

  constructor(name: string, args: SiteNamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dragonfly-dr:index:SiteNamespace", name, {}, opts);
    const namespace = new k8s.core.v1.Namespace(
      `${name}-namespace`,
      {
        metadata: {
          name: args.namespace,
          labels: {
            ...objectLabels(args.site),
            ...Object.fromEntries(
              ["enforce", "audit", "warn"].map((mode) => [`pod-security.kubernetes.io/${mode}`, LEVEL]),
            ),
          },
        },
      },
      { parent: this },
    );
    this.namespaceName = namespace.metadata.name;
    this.registerOutputs({ namespaceName: this.namespaceName });
  }
}
