import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { RESOLVER_USER } from "../../contract/resolverUser";
import { ports } from "../../server/ports";
import { defined } from "../../server/records";
import { contentHash, readBundle } from "../bundle";
import { PASSWORD_KEY } from "./environment";
import { resolverLabels, resolverNames, resolverSelector } from "./names";
import { resolverPod } from "./pod";
import { resolverPolicies } from "./policies";
import { renderRouteDns } from "./routedns";
import type { SiteSettings } from "../settings/site";
import { SiteNamespace } from "../siteNamespace";

export interface ResolverArgs {
  /** Of the site whose cache the resolvers share; checked already. */
  readonly settings: SiteSettings;
  /** The cache's passwords by user; only the resolver's own is used. */
  readonly passwords: pulumi.Input<Readonly<Record<string, string>>>;
  /** The builtin resolver as one file. Default: the one that "npm run build" makes. */
  readonly bundle?: string;
}

/** What the pods wait for, and what of it rolls them when it changes. */
interface PodInputs {
  readonly objects: readonly pulumi.Resource[];
  readonly bundleConfigMap: string;
  readonly annotations: Readonly<Record<string, pulumi.Input<string>>> | undefined;
}

/** DNS resolvers in a namespace of their own, which share their answers through the site's cache. */
export class Resolver extends pulumi.ComponentResource {
  readonly deployment: k8s.apps.v1.Deployment;
  private readonly namespace: pulumi.Output<string>;

  constructor(
    private readonly name: string,
    private readonly args: ResolverArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("dragonfly-dr:index:Resolver", name, {}, opts);
    const { site, resolver } = args.settings;
    this.namespace = new SiteNamespace(name, { site, namespace: resolver.namespace }, { parent: this }).namespaceName;
    const rules = this.rules();
    const account = new k8s.core.v1.ServiceAccount(
      `${name}-account`,
      { metadata: this.metadata(resolverNames.serviceAccount), automountServiceAccountToken: false },
      { parent: this },
    );
    const inputs = this.podInputs();
    // No pod before the rules that shut it off.
    this.deployment = this.pods(inputs, [...rules, account, ...inputs.objects]);
    this.scaling();
    this.services();
    this.registerOutputs({ deployment: this.deployment.metadata.name });
  }

  private metadata(objectName: string): k8s.types.input.meta.v1.ObjectMeta {
    return { name: objectName, namespace: this.namespace, labels: resolverLabels(this.args.settings.site) };
  }

  private rules(): readonly pulumi.Resource[] {
    return resolverPolicies(this.args.settings).map(({ name, spec }) => {
      return new k8s.networking.v1.NetworkPolicy(
        `${this.name}-${name}`,
        { metadata: this.metadata(name), spec },
        { parent: this },
      );
    });
  }

  private podInputs(): PodInputs {
    const { settings } = this.args;
    switch (settings.resolver.implementation) {
      case "builtin":
        return this.bundleAndPassword();
      case "routedns":
        return this.configuration();
      case "heimdall":
        return { objects: [], bundleConfigMap: "", annotations: undefined };
    }
  }

  /**
   * The bundle under a name of its content: a change rolls the pods, and a roll that fails leaves the old pods theirs.
   */
  private bundleAndPassword(): PodInputs {
    const { source, hash } = readBundle("resolver", this.args.bundle);
    const bundleConfigMap = `${resolverNames.bundle}-${hash}`;
    const bundle = new k8s.core.v1.ConfigMap(
      `${this.name}-bundle`,
      { metadata: this.metadata(bundleConfigMap), immutable: true, data: { "resolver.cjs": source } },
      { parent: this },
    );
    const password = this.secret(resolverNames.password, PASSWORD_KEY, this.password());
    return { objects: [bundle, password], bundleConfigMap, annotations: undefined };
  }

  /** RouteDNS reads its password once, at the start: a new one rolls the pods. */
  private configuration(): PodInputs {
    const text = this.password().apply((password) => renderRouteDns(this.args.settings, password));
    const secret = this.secret(resolverNames.configuration, "routedns.toml", text);
    return {
      objects: [secret],
      bundleConfigMap: "",
      annotations: { "dragonfly-dr.io/configuration": pulumi.unsecret(text.apply(contentHash)) },
    };
  }

  private password(): pulumi.Output<string> {
    return pulumi.secret(this.args.passwords).apply((passwords) => {
      const password = passwords[RESOLVER_USER];
      if (password === undefined)
        throw new pulumi.RunError(
          `resolver: the cache has no password for user "${RESOLVER_USER}"; add that user to the owner's` +
            ' "extraUsers", or leave out "users" there',
        );
      return password;
    });
  }

  private secret(objectName: string, key: string, value: pulumi.Output<string>): k8s.core.v1.Secret {
    const data = { [key]: value.apply((text) => Buffer.from(text).toString("base64")) };
    return new k8s.core.v1.Secret(
      `${this.name}-${objectName.replace("resolver-", "")}`,
      { metadata: this.metadata(objectName), type: "Opaque", data },
      { parent: this },
    );
  }

  private get scaled(): boolean {
    const { replicas, maxReplicas } = this.args.settings.resolver;
    return maxReplicas > replicas;
  }

  private pods(inputs: PodInputs, dependsOn: readonly pulumi.Resource[]): k8s.apps.v1.Deployment {
    const { settings } = this.args;
    const own: k8s.apps.v1.DeploymentArgs = {
      metadata: this.metadata(resolverNames.deployment),
      spec: {
        // Where an autoscaler counts, two would write the number in turns.
        ...(this.scaled ? {} : { replicas: settings.resolver.replicas }),
        selector: { matchLabels: resolverSelector },
        strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
        template: resolverPod(settings, inputs),
      },
    };
    return new k8s.apps.v1.Deployment(`${this.name}-pods`, own, {
      parent: this,
      dependsOn: [...dependsOn],
    });
  }

  private scaling(): void {
    const { replicas, maxReplicas, targetCpuPercent } = this.args.settings.resolver;
    if (this.scaled) {
      new k8s.autoscaling.v2.HorizontalPodAutoscaler(
        `${this.name}-scaling`,
        {
          metadata: this.metadata(resolverNames.deployment),
          spec: {
            scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: resolverNames.deployment },
            minReplicas: replicas,
            maxReplicas,
            metrics: [
              {
                type: "Resource",
                resource: { name: "cpu", target: { type: "Utilization", averageUtilization: targetCpuPercent } },
              },
            ],
          },
        },
        { parent: this, dependsOn: [this.deployment] },
      );
    }
    // A single pod has none: it would forbid the drain of its node for ever.
    if (replicas < 2) return;
    new k8s.policy.v1.PodDisruptionBudget(
      `${this.name}-budget`,
      {
        metadata: this.metadata(resolverNames.deployment),
        spec: { maxUnavailable: 1, selector: { matchLabels: resolverSelector } },
      },
      { parent: this },
    );
  }

  private services(): void {
    const { clusterIP, implementation } = this.args.settings.resolver;
    this.service(resolverNames.service, {
      ...defined({ clusterIP }),
      ports: [
        { name: "dns-udp", port: 53, targetPort: ports.dns, protocol: "UDP" },
        { name: "dns-tcp", port: 53, targetPort: ports.dns, protocol: "TCP" },
      ],
    });
    if (implementation !== "routedns")
      this.service(resolverNames.metricsService, {
        ports: [{ name: "metrics", port: ports.resolverHttp, targetPort: ports.resolverHttp }],
      });
  }

  private service(objectName: string, spec: Pick<k8s.types.input.core.v1.ServiceSpec, "clusterIP" | "ports">): void {
    const own: k8s.core.v1.ServiceArgs = {
      metadata: this.metadata(objectName),
      spec: { type: "ClusterIP", selector: resolverSelector, ...spec },
    };
    new k8s.core.v1.Service(`${this.name}-${objectName}`, own, {
      parent: this,
    });
  }
}
