import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { GUARD_BUNDLE, SITE_FILE, SNAPSHOTS_BUNDLE, SNAPSHOTS_FILE } from "../../contract/mounts";
import { SITE_ROLE } from "../../contract/siteRole";
import { renderAclFile } from "../../server/acl/render";
import { ports } from "../../server/ports";
import { formatKubernetesBytes } from "../../server/quantity";
import { defined } from "../../server/records";
import type { Credentials } from "../credentials";
import { contentHash, type Bundle } from "../bundle";
import { peerGuardPort, sourcePort } from "../gateway/haproxyConfig";
import { names, objectLabels, selectorLabels, type Component } from "../names";
import { serverPod } from "./pod";
import { SERVE_FILE, serveScript } from "./serveScript";
import { siteFile } from "./siteFile";
import { aclUsers } from "../settings/resolve";
import type { SiteSettings } from "../settings/site";
import { snapshotsFile } from "../snapshots/file";
import type { SnapshotAccess } from "../storage/snapshotAccess";

export interface ServerArgs {
  readonly settings: SiteSettings;
  readonly namespace: pulumi.Input<string>;
  readonly credentials: Credentials;
  readonly guardBundle: Bundle;
  /** null while snapshots are off. */
  readonly snapshotAccess: SnapshotAccess | null;
  /** Needed with it. */
  readonly snapshotsBundle: Bundle | null;
  /** For the object with the guard's bundle, which stays behind: a provider with `upsertExistingObjects`. */
  readonly retainedProvider?: pulumi.ProviderResource;
}

type ServicePort = k8s.types.input.core.v1.ServicePort;

/**
 * The server with its guard: one pod with a volume, what it reads, what it may do, and the Services that lead to it.
 */
export class Server extends pulumi.ComponentResource {
  readonly statefulSet: k8s.apps.v1.StatefulSet;

  constructor(
    private readonly name: string,
    private readonly args: ServerArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("dragonfly-dr:index:Server", name, {}, opts);
    const { settings } = args;
    const read = [this.passwords(), this.aclFile(), this.siteFile(), this.programs(), ...this.snapshots()];
    const rights = this.account();
    // Nothing waits for a Service: it is ready only when the pods behind it are.
    this.service(names.serverService, "server", [
      { name: "server", port: ports.client, targetPort: ports.client },
      { name: "guard", port: ports.guard, targetPort: ports.guard },
    ]);
    this.service(names.metricsService, "server", [{ name: "metrics", port: ports.metrics, targetPort: ports.metrics }]);
    // The gateway's pods answer it: it is the site's own way to its peers, open to this server alone.
    if (settings.peers.length > 0)
      this.service(
        names.sourceService,
        "gateway",
        settings.peers.flatMap((_, at) => this.peerPorts(at)),
      );
    this.statefulSet = this.serverSet([...read, ...rights]);
    this.registerOutputs({ statefulSet: this.statefulSet.metadata.name });
  }

  private get programsName(): string {
    return `${names.guard}-${contentHash(this.args.guardBundle.source + serveScript())}`;
  }

  private peerPorts(at: number): readonly ServicePort[] {
    return [
      { name: `server-${at}`, port: sourcePort(at), targetPort: sourcePort(at) },
      { name: `guard-${at}`, port: peerGuardPort(at), targetPort: peerGuardPort(at) },
    ];
  }

  private metadata(objectName: string, component: Component = "server"): k8s.types.input.meta.v1.ObjectMeta {
    return {
      name: objectName,
      namespace: this.args.namespace,
      labels: objectLabels(this.args.settings.site, component),
    };
  }

  private passwords(): k8s.core.v1.Secret {
    const data = this.args.credentials.passwords.apply((passwords) =>
      Object.fromEntries(Object.entries(passwords).map(([user, password]) => [user, base64(password)])),
    );
    return new k8s.core.v1.Secret(
      `${this.name}-passwords`,
      { metadata: this.metadata(names.passwords), type: "Opaque", data },
      { parent: this },
    );
  }

  private aclFile(): k8s.core.v1.Secret {
    const { engine } = this.args.settings.server;
    const users = aclUsers(this.args.settings);
    const file = this.args.credentials.hashes.apply((hashes) =>
      base64(renderAclFile(engine, users, this.args.settings.defaultUser, hashes)),
    );
    return new k8s.core.v1.Secret(
      `${this.name}-acl`,
      { metadata: this.metadata(names.acl), type: "Opaque", data: { "users.acl": file } },
      { parent: this },
    );
  }

  private siteFile(): k8s.core.v1.ConfigMap {
    return new k8s.core.v1.ConfigMap(
      `${this.name}-site`,
      { metadata: this.metadata(names.site), data: { [SITE_FILE]: siteFile(this.args.settings) } },
      { parent: this },
    );
  }

  /**
   * Under a name of its content, and kept: a pod that was not replaced yet (OnDelete) must find its own guard again
   * when it
   * restarts. A return to an earlier guard meets the object that was kept, hence the provider that takes it over.
   */
  private programs(): k8s.core.v1.ConfigMap {
    const { guardBundle, retainedProvider } = this.args;
    return new k8s.core.v1.ConfigMap(
      `${this.name}-guard`,
      {
        metadata: this.metadata(this.programsName),
        immutable: true,
        data: { [GUARD_BUNDLE]: guardBundle.source, [SERVE_FILE]: serveScript() },
      },
      { parent: this, retainOnDelete: true, ...defined({ provider: retainedProvider }) },
    );
  }

  /**
   * What the process reads that stores snapshots; nothing while they stay on the volume. Its bundle is kept as the
   * guard's is.
   */
  private snapshots(): readonly pulumi.Resource[] {
    const { settings, snapshotsBundle, retainedProvider } = this.args;
    const file = snapshotsFile(settings);
    if (file === null || snapshotsBundle === null) return [];
    return [
      new k8s.core.v1.ConfigMap(
        `${this.name}-snapshots`,
        { metadata: this.metadata(names.snapshots), data: { [SNAPSHOTS_FILE]: file } },
        { parent: this },
      ),
      new k8s.core.v1.ConfigMap(
        `${this.name}-snapshots-bundle`,
        {
          metadata: this.metadata(`${names.snapshots}-${snapshotsBundle.hash}`),
          immutable: true,
          data: { [SNAPSHOTS_BUNDLE]: snapshotsBundle.source },
        },
        {
          parent: this,
          retainOnDelete: true,
          ...defined({ provider: retainedProvider }),
        },
      ),
    ];
  }

  /** The guard reads its site's role and writes its status. Only a site without peers makes its own role. */
  private account(): readonly pulumi.Resource[] {
    const { settings } = this.args;
    const account = new k8s.core.v1.ServiceAccount(
      `${this.name}-account`,
      { metadata: { ...this.metadata(names.serviceAccount), ...this.awsRole() }, automountServiceAccountToken: false },
      { parent: this },
    );
    const own = { apiGroups: [SITE_ROLE.group], resourceNames: [settings.site] };
    const role = new k8s.rbac.v1.Role(
      `${this.name}-role`,
      {
        metadata: this.metadata(names.serviceAccount),
        rules: [
          { ...own, resources: [SITE_ROLE.plural], verbs: ["get", "list", "watch"] },
          { ...own, resources: [`${SITE_ROLE.plural}/status`], verbs: ["get", "update", "patch"] },
          ...(settings.peers.length === 0
            ? [{ apiGroups: [SITE_ROLE.group], resources: [SITE_ROLE.plural], verbs: ["create"] }]
            : []),
        ],
      },
      { parent: this },
    );
    const binding = new k8s.rbac.v1.RoleBinding(
      `${this.name}-role-binding`,
      {
        metadata: this.metadata(names.serviceAccount),
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: names.serviceAccount },
        subjects: [{ kind: "ServiceAccount", name: names.serviceAccount, namespace: this.args.namespace }],
      },
      { parent: this, dependsOn: [role] },
    );
    return [account, role, binding];
  }

  /** EKS gives the pods of a ServiceAccount with this annotation what they need to take the role. */
  private awsRole(): { readonly annotations?: Readonly<Record<string, pulumi.Input<string>>> } {
    const { snapshotAccess } = this.args;
    return snapshotAccess?.kind === "role"
      ? { annotations: { "eks.amazonaws.com/role-arn": snapshotAccess.roleArn } }
      : {};
  }

  private service(objectName: string, component: Component, servicePorts: readonly ServicePort[]): k8s.core.v1.Service {
    return new k8s.core.v1.Service(
      `${this.name}-${objectName.replace("dragonfly-", "")}`,
      {
        metadata: this.metadata(objectName, component),
        spec: {
          type: "ClusterIP",
          selector: selectorLabels(component),
          // Whether a server may be used is for the guard and the gateway to say, not for the pod's readiness.
          ...(component === "server" ? { publishNotReadyAddresses: true } : {}),
          ports: [...servicePorts],
        },
      },
      { parent: this },
    );
  }

  private serverSet(dependsOn: readonly pulumi.Resource[]): k8s.apps.v1.StatefulSet {
    const { settings, snapshotAccess, snapshotsBundle } = this.args;
    const { size, className } = settings.server.storage;
    const set: k8s.apps.v1.StatefulSetArgs = {
      metadata: this.metadata(names.statefulSet),
      spec: {
        serviceName: names.serverService,
        replicas: 1,
        // No "pulumi up" restarts a cache: the operator replaces the pods, standby first (docs/runbook.md, Changes).
        updateStrategy: { type: "OnDelete" },
        selector: { matchLabels: selectorLabels("server") },
        template: serverPod(
          settings,
          this.programsName,
          snapshotAccess === null || snapshotsBundle === null
            ? null
            : { access: snapshotAccess, configMap: `${names.snapshots}-${snapshotsBundle.hash}` },
        ),
        volumeClaimTemplates: [
          {
            metadata: { name: "data", labels: objectLabels(settings.site, "server") },
            spec: {
              accessModes: ["ReadWriteOnce"],
              ...defined({ storageClassName: className }),
              resources: { requests: { storage: formatKubernetesBytes(size) } },
            },
          },
        ],
      },
    };
    return new k8s.apps.v1.StatefulSet(`${this.name}-set`, set, { parent: this, dependsOn: [...dependsOn] });
  }
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");
