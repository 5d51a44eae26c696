import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { SITE_ROLE } from "../../contract/siteRole";
import { siteRoleColumns, siteRoleSchema } from "../../contract/siteRoleSchema";

/**
 * The kind SiteRole, one for the whole cluster. Give it a provider with `upsertExistingObjects`: the kind stays when
 * its stack
 * goes, because deleting it would delete every role and epoch of the cluster, and the next stack finds it there.
 * Roles themselves are state: `dragonfly-dr init` makes them, no stack does.
 */
export class RoleDefinition extends pulumi.ComponentResource {
  readonly definition: k8s.apiextensions.v1.CustomResourceDefinition;

  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("dragonfly-dr:index:RoleDefinition", name, {}, opts);
    const { group, version, kind, plural } = SITE_ROLE;
    this.definition = new k8s.apiextensions.v1.CustomResourceDefinition(
      `${name}-siteroles`,
      {
        metadata: {
          name: `${plural}.${group}`,
          labels: { "app.kubernetes.io/part-of": "dragonfly-dr" },
          annotations: {
            // Two sites in one cluster share the definition: the same manager, so that neither stack's update
            // conflicts.
            "pulumi.com/patchFieldManager": "dragonfly-dr",
            "pulumi.com/patchForce": "true",
          },
        },
        spec: {
          group,
          scope: "Namespaced",
          names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List`, shortNames: ["sr"] },
          versions: [
            {
              name: version,
              served: true,
              storage: true,
              subresources: { status: {} },
              additionalPrinterColumns: [...siteRoleColumns],
              schema: { openAPIV3Schema: siteRoleSchema },
            },
          ],
        },
      },
      { parent: this, retainOnDelete: true },
    );
    this.registerOutputs({ name: this.definition.metadata.name });
  }
}
