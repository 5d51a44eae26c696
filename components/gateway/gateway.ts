import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { ports } from "../../server/ports";
import { gatewayFiles } from "./haproxy";
import { gatewayPod } from "./pod";
import { contentHash } from "../bundle";
import { names, objectLabels, selectorLabels } from "../names";
import type { ExposureSettings } from "../settings/gateway";
import type { SiteSettings } from "../settings/site";
import { defined } from "../../server/records";

export interface GatewayArgs {
  readonly settings: SiteSettings;
  readonly namespace: pulumi.Input<string>;
}

/** A Service of the gateway: the port that it has, and the one that the gateway listens on. */
interface Door {
  readonly name: string;
  readonly port: number;
  readonly targetPort: number;
  readonly exposure: ExposureSettings;
}

/** The site's only door: HAProxy, and the Services for clients and peers that lead to it. */
export class Gateway extends pulumi.ComponentResource {
  readonly deployment: k8s.apps.v1.Deployment;

  constructor(
    private readonly name: string,
    private readonly args: GatewayArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("dragonfly-dr:index:Gateway", name, {}, opts);
    const { gateway, peers } = args.settings;
    const account = new k8s.core.v1.ServiceAccount(
      `${name}-account`,
      { metadata: this.metadata(names.gateway), automountServiceAccountToken: false },
      { parent: this },
    );
    const configuration = this.configuration();
    this.deployment = this.proxies(configuration.name, [account, configuration.object]);
    this.budget();
    this.service({
      name: names.clientService,
      port: ports.client,
      targetPort: ports.client,
      exposure: gateway.clients,
    });
    this.service({
      name: names.readOnlyService,
      port: ports.client,
      targetPort: ports.readOnly,
      exposure: { ...gateway.clients, nodePort: gateway.clients.readOnlyNodePort },
    });
    if (peers.length > 0)
      this.service({ name: names.linkService, port: ports.link, targetPort: ports.link, exposure: gateway.link });
    this.registerOutputs({ deployment: this.deployment.metadata.name });
  }

  private metadata(objectName: string): k8s.types.input.meta.v1.ObjectMeta & { readonly name: string } {
    return {
      name: objectName,
      namespace: this.args.namespace,
      labels: objectLabels(this.args.settings.site, "gateway"),
    };
  }

  /** Under a name of its content: a change rolls the pods, and a roll that fails leaves the old pods theirs. */
  private configuration(): { readonly name: string; readonly object: k8s.core.v1.ConfigMap } {
    const { site, namespace, network, gateway, peers } = this.args.settings;
    const data = gatewayFiles({ site, namespace, clusterDomain: network.clusterDomain, ...gateway, peers });
    const objectName = `${names.gateway}-${contentHash(Object.values(data).join(""))}`;
    const object = new k8s.core.v1.ConfigMap(
      `${this.name}-configuration`,
      { metadata: this.metadata(objectName), immutable: true, data },
      { parent: this },
    );
    return { name: objectName, object };
  }

  private proxies(configMap: string, dependsOn: readonly pulumi.Resource[]): k8s.apps.v1.Deployment {
    const { settings } = this.args;
    const own: k8s.apps.v1.DeploymentArgs = {
      metadata: this.metadata(names.gateway),
      spec: {
        replicas: settings.gateway.replicas,
        selector: { matchLabels: selectorLabels("gateway") },
        strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
        template: gatewayPod(settings, configMap),
      },
    };
    return new k8s.apps.v1.Deployment(`${this.name}-proxies`, own, {
      parent: this,
      dependsOn: [...dependsOn],
    });
  }

  /** A single gateway has none: it would forbid the drain of its node for ever. */
  private budget(): void {
    if (this.args.settings.gateway.replicas < 2) return;
    new k8s.policy.v1.PodDisruptionBudget(
      `${this.name}-budget`,
      {
        metadata: this.metadata(names.gateway),
        spec: { minAvailable: 1, selector: { matchLabels: selectorLabels("gateway") } },
      },
      { parent: this },
    );
  }

  private service({ name, port, targetPort, exposure }: Door): void {
    const { type, nodePort, annotations, allowedSources } = exposure;
    const outside = type !== "ClusterIP";
    const own: k8s.core.v1.ServiceArgs = {
      metadata: {
        ...this.metadata(name),
        // The API server drops an empty map: it would be a change in every preview.
        ...(Object.keys(annotations).length === 0 ? {} : { annotations: { ...annotations } }),
      },
      spec: {
        type,
        selector: selectorLabels("gateway"),
        // Keeps the caller's address, which NetworkPolicies judge.
        ...(outside ? { externalTrafficPolicy: "Local" } : {}),
        ...(type === "LoadBalancer" && allowedSources.length > 0
          ? { loadBalancerSourceRanges: [...allowedSources] }
          : {}),
        ports: [{ name: "dragonfly", port, targetPort, ...defined({ nodePort }) }],
      },
    };
    new k8s.core.v1.Service(`${this.name}-${name}`, own, {
      parent: this,
    });
  }
}
