import * as pulumi from "@pulumi/pulumi";
import { checkSite } from "./check/site";
import { Credentials } from "./credentials";
import { Drill } from "./snapshots/drill";
import { Gateway } from "./gateway/gateway";
import { readBundle } from "./bundle";
import { NetworkRules } from "./network/networkRules";
import { SettingsError, type Problem } from "./problems";
import { Resolver } from "./resolver/resolver";
import { RoleDefinition } from "./roleDefinition/roleDefinition";
import { Server } from "./server/server";
import { siteUsers } from "../server/acl/builtin";
import { withDefaults } from "./settings/defaults";
import { aclUser } from "./settings/resolve";
import type { SiteArgs, SiteSettings } from "./settings/site";
import type { SnapshotSettings } from "./settings/snapshots";
import { SiteNamespace } from "./siteNamespace";
import { makeSnapshotAccess, type S3Key } from "./storage/access";
import { S3Secret } from "./storage/s3Secret";
import type { Transforms } from "./transforms";

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
  readonly transforms?: Transforms;
}

/**
 * One region's cache: server, guard, gateway and all that they need, in a namespace of its own. Its role is not set
 * here:
 * `dragonfly-dr init` introduces the sites to each other, and until then each is closed.
 */
export class Site extends pulumi.ComponentResource {
  /** The settings with their defaults. */
  readonly settings: SiteSettings;
  /** By user; secret. */
  readonly passwords: pulumi.Output<Readonly<Record<string, string>>>;

  /** @throws SettingsError naming everything that is wrong with `args`. */
  constructor(name: string, args: SiteArgs & SiteExtras, opts?: pulumi.ComponentResourceOptions) {
    const {
      passwords,
      retainedProvider,
      guardBundle,
      resolverBundle,
      snapshotsBundle,
      s3Key,
      transforms = {},
      ...given
    } = args;
    const settings = withDefaults(given);
    // Policies read here what the site is meant to be, and compare it with what became of it.
    super("dragonfly-dr:index:Site", name, { settings }, opts);
    const problems = [...checkSite(settings), ...checkS3Key(settings.snapshots, s3Key)];
    if (problems.length > 0) throw new SettingsError(`Site "${name}"`, problems);
    this.settings = settings;

    const retained = retainedProvider === undefined ? {} : { retainedProvider };
    const definition = new RoleDefinition(`${name}-role-definition`, {
      parent: this,
      ...(retainedProvider === undefined ? {} : { providers: [retainedProvider] }),
    });
    const { namespaceName: namespace } = new SiteNamespace(
      name,
      { site: settings.site, namespace: settings.namespace, transforms },
      { parent: this },
    );
    const rules = new NetworkRules(`${name}-network`, { settings, namespace, transforms }, { parent: this });
    const users = [
      "default",
      ...siteUsers(settings.server.engine, settings.users.map(aclUser)).map((user) => user.name),
    ];
    const credentials = new Credentials(
      `${name}-password`,
      { users, ...(passwords === undefined ? {} : { given: passwords }) },
      { parent: this },
    );
    const access = makeSnapshotAccess(`${name}-snapshots`, settings, s3Key, { parent: this });
    if (access?.kind === "key")
      new S3Secret(`${name}-s3`, { site: settings.site, namespace, key: access }, { parent: this });
    const snapshots = access === null ? null : readBundle("snapshots", snapshotsBundle);
    // No pod before the rules that shut it off, and no guard before the kind that it asks for.
    const dependsOn = [rules, definition];
    new Server(
      `${name}-server`,
      {
        settings,
        namespace,
        credentials,
        guardBundle: readBundle("guard", guardBundle),
        snapshotAccess: access,
        snapshotsBundle: snapshots,
        transforms,
        ...retained,
      },
      { parent: this, dependsOn },
    );
    new Gateway(`${name}-gateway`, { settings, namespace, transforms }, { parent: this, dependsOn });
    if (access !== null && snapshots !== null)
      new Drill(
        `${name}-drill`,
        { settings, bundle: snapshots, access, transforms },
        { parent: this, dependsOn: [definition] },
      );
    if (settings.resolver.enabled) {
      new Resolver(
        `${name}-resolver`,
        {
          settings,
          passwords: credentials.passwords,
          transforms,
          ...(resolverBundle === undefined ? {} : { bundle: resolverBundle }),
        },
        { parent: this },
      );
    }
    this.passwords = credentials.passwords;
    this.registerOutputs({ settings, passwords: this.passwords });
  }
}

function checkS3Key({ s3 }: SnapshotSettings, key: S3Key | undefined): readonly Problem[] {
  if (s3 !== null && key === undefined)
    return [
      {
        key: "s3Key",
        problem: "is missing beside snapshots.s3",
        remedy: "give the access key and the secret key of the server's user",
      },
    ];
  return [];
}
