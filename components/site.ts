import * as pulumi from "@pulumi/pulumi";
import { defined } from "../server/records";
import { readBundle, type Bundle } from "./bundle";
import { Credentials } from "./credentials";
import { Gateway } from "./gateway/gateway";
import { makeLinkCertificates } from "./link/linkCertificates";
import type { StackCertificates } from "./link/stackCertificates";
import { Monitoring } from "./monitoring/monitoring";
import { NetworkRules } from "./network/networkRules";
import type { Problem } from "./problems";
import { Resolver } from "./resolver/resolver";
import { RoleDefinition } from "./roleDefinition/roleDefinition";
import { Server } from "./server/server";
import type { SiteArgs } from "./settings/args";
import { isWatched } from "./settings/monitoring";
import { passwordUsers, resolveSite, writtenSettings, type CheckedSettings } from "./settings/resolve";
import { SiteNamespace } from "./siteNamespace";
import { Drill } from "./snapshots/drill";
import { makeSnapshotAccess, type S3Key } from "./storage/access";
import { S3Secret } from "./storage/s3Secret";
import type { SnapshotAccess } from "./storage/snapshotAccess";
import { transformationOf, type Transforms } from "./transforms";

/** What a site is given beside its settings. */
export interface SiteExtras {
  /** The owner site's passwords by user; absent for the owner, which makes them. */
  readonly passwords?: pulumi.Input<Readonly<Record<string, string>>>;
  /** For objects that stay when the stack goes: a Kubernetes provider with `upsertExistingObjects`. */
  readonly retainedProvider?: pulumi.ProviderResource;
  /** The guard as one file. Default: the one that "npm run build" makes. */
  readonly guardBundle?: string;
  /** The resolver as one file, likewise. */
  readonly resolverBundle?: string;
  /** The snapshots' process as one file, likewise. */
  readonly snapshotsBundle?: string;
  /** Of the user that `snapshots.s3` is used as; needed with it, and with nothing else. */
  readonly s3Key?: S3Key;
  /** PEM of the peers' authorities, for `link.certificates: stack`; empty until a peer has one. */
  readonly linkAuthorities?: pulumi.Input<string>;
  readonly transforms?: Transforms;
}

type Given = SiteArgs | { readonly settings: CheckedSettings };

/** The settings on one side, what a site is given beside them on the other. */
function apart(args: Given & SiteExtras): { readonly given: Given; readonly extras: SiteExtras } {
  const {
    passwords,
    retainedProvider,
    guardBundle,
    resolverBundle,
    snapshotsBundle,
    s3Key,
    linkAuthorities,
    transforms,
    ...given
  } = args;
  const extras = {
    passwords,
    retainedProvider,
    guardBundle,
    resolverBundle,
    snapshotsBundle,
    s3Key,
    linkAuthorities,
    transforms,
  };
  return { given, extras: defined(extras) };
}

const checkS3Key = ({ snapshots }: SiteArgs, { s3Key }: SiteExtras): readonly Problem[] =>
  snapshots?.s3 == null || s3Key !== undefined
    ? []
    : [
        {
          kind: "missing",
          key: "s3Key",
          problem: "is missing beside snapshots.s3",
          remedy: "give the access key and the secret key of the server's user",
        },
      ];

function withTransforms(
  opts: pulumi.ComponentResourceOptions | undefined,
  { transforms }: SiteExtras,
): pulumi.ComponentResourceOptions {
  const more = transforms === undefined ? [] : [transformationOf(transforms)];
  return { ...opts, transformations: [...(opts?.transformations ?? []), ...more] };
}

/** How a pod comes to the store of snapshots, and the process that does. */
interface SnapshotParts {
  readonly access: SnapshotAccess;
  readonly bundle: Bundle;
}

/**
 * One region's cache: server, guard, gateway and all that they need, in a namespace of its own. Its role is not set
 * here: `dragonfly-dr init` introduces the sites to each other, and until then each is closed.
 */
export class Site extends pulumi.ComponentResource {
  /** The settings, read and with their defaults. */
  readonly settings: CheckedSettings;
  /** By user; secret. */
  readonly passwords: pulumi.Output<Readonly<Record<string, string>>>;
  readonly roleDefinition: RoleDefinition;
  readonly namespace: SiteNamespace;
  readonly networkRules: NetworkRules;
  readonly credentials: Credentials;
  /** Undefined unless the stack makes the certificates of the link. */
  readonly linkCertificates: StackCertificates | undefined;
  readonly server: Server;
  readonly gateway: Gateway;
  /** Undefined while snapshots stay on the server's volume. */
  readonly drill: Drill | undefined;
  /** Undefined while it is off. */
  readonly resolver: Resolver | undefined;
  /** Undefined unless both switches of `monitoring` are on. */
  readonly monitoring: Monitoring | undefined;
  private readonly extras: SiteExtras;

  /**
   * @param args the settings as they are given, or as `stacks/` has checked them already.
   * @throws SettingsError naming everything that is wrong with `args`.
   */
  constructor(
    private readonly name: string,
    args: (SiteArgs | { readonly settings: CheckedSettings }) & SiteExtras,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    const { extras, given } = apart(args);
    const settings =
      "settings" in given ? given.settings : resolveSite(given, `Site "${name}"`, checkS3Key(given, extras));
    // Policies read here what the site is meant to be, and compare it with what became of it.
    super("dragonfly-dr:index:Site", name, { settings: writtenSettings(settings) }, withTransforms(opts, extras));
    this.settings = settings;
    this.extras = extras;
    this.roleDefinition = this.makeRoleDefinition();
    this.namespace = this.makeNamespace();
    this.networkRules = this.makeNetworkRules();
    this.credentials = this.makeCredentials();
    this.linkCertificates = makeLinkCertificates(
      `${name}-link`,
      settings,
      this.namespace,
      extras.linkAuthorities,
      this,
    );
    const snapshots = this.makeSnapshotAccess();
    this.server = this.makeServer(snapshots);
    this.gateway = this.makeGateway();
    this.drill = snapshots && this.makeDrill(snapshots);
    this.resolver = this.settings.resolver.enabled ? this.makeResolver() : undefined;
    this.monitoring = isWatched(settings.monitoring) ? this.makeMonitoring() : undefined;
    this.passwords = this.credentials.passwords;
    this.registerOutputs({ settings: writtenSettings(settings), passwords: this.passwords });
  }

  private makeRoleDefinition(): RoleDefinition {
    const { retainedProvider } = this.extras;
    return new RoleDefinition(`${this.name}-role-definition`, {
      parent: this,
      ...defined({ providers: retainedProvider && [retainedProvider] }),
    });
  }

  private makeNamespace(): SiteNamespace {
    const { site, namespace } = this.settings;
    return new SiteNamespace(this.name, { site, namespace }, { parent: this });
  }

  private makeNetworkRules(): NetworkRules {
    return new NetworkRules(`${this.name}-network`, this.common, { parent: this });
  }

  private makeCredentials(): Credentials {
    return new Credentials(
      `${this.name}-password`,
      { users: passwordUsers(this.settings), ...defined({ given: this.extras.passwords }) },
      { parent: this },
    );
  }

  private makeSnapshotAccess(): SnapshotParts | undefined {
    const { settings, extras } = this;
    const access = makeSnapshotAccess(`${this.name}-snapshots`, settings, extras.s3Key, { parent: this });
    if (access === null) return undefined;
    if (access.kind === "key") {
      const { namespaceName: namespace } = this.namespace;
      new S3Secret(`${this.name}-s3`, { site: settings.site, namespace, key: access }, { parent: this });
    }
    return { access, bundle: readBundle("snapshots", extras.snapshotsBundle) };
  }

  private makeServer(snapshots: SnapshotParts | undefined): Server {
    const { guardBundle, retainedProvider } = this.extras;
    return new Server(
      `${this.name}-server`,
      {
        ...this.common,
        credentials: this.credentials,
        guardBundle: readBundle("guard", guardBundle),
        snapshotAccess: snapshots?.access ?? null,
        snapshotsBundle: snapshots?.bundle ?? null,
        ...defined({ retainedProvider }),
      },
      this.afterRules,
    );
  }

  private makeGateway(): Gateway {
    return new Gateway(`${this.name}-gateway`, this.common, this.afterRules);
  }

  private makeDrill({ access, bundle }: SnapshotParts): Drill {
    return new Drill(
      `${this.name}-drill`,
      { settings: this.settings, bundle, access },
      { parent: this, dependsOn: [this.roleDefinition] },
    );
  }

  private makeResolver(): Resolver {
    return new Resolver(
      `${this.name}-resolver`,
      {
        settings: this.settings,
        passwords: this.credentials.passwords,
        ...defined({ bundle: this.extras.resolverBundle }),
      },
      { parent: this },
    );
  }

  private makeMonitoring(): Monitoring {
    const { site, peers, resolver } = this.settings;
    const hasMetrics = resolver.enabled && resolver.implementation !== "routedns";
    return new Monitoring(
      `${this.name}-monitoring`,
      {
        ...this.settings.monitoring,
        site,
        namespace: this.settings.namespace,
        watched: { peers: peers.length > 0, snapshots: this.drill !== undefined, resolver: hasMetrics },
        resolverNamespace: hasMetrics ? resolver.namespace : null,
      },
      // In namespaces that are there.
      { parent: this, dependsOn: [this.namespace, ...(this.resolver === undefined ? [] : [this.resolver])] },
    );
  }

  private get common() {
    return { settings: this.settings, namespace: this.namespace.namespaceName };
  }

  /** No pod before the rules that shut it off, and no guard before the kind that it asks for. */
  private get afterRules(): pulumi.ComponentResourceOptions {
    return { parent: this, dependsOn: [this.networkRules, this.roleDefinition] };
  }
}
