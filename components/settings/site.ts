/**
 * The catalogue of settings. To add a key:
 *   1. describe it in the file of its group beside this one: kind of value (kinds.ts), default, doc, and effect where
 *      it differs from the group's;
 *   2. use it where it has its effect: `settings.GROUP.KEY`, already parsed and with its default;
 *   3. only if it must agree with other keys: a rule in components/check/;
 *   4. UPDATE_GOLDEN=1 npx mocha test/components/catalogue/generated.test.ts test/stacks/golden.test.ts
 *      writes args.ts (what editors show), Pulumi.yaml, docs/configuration.md, and the settings shown in the goldens.
 * Nothing else knows the list of keys. `withDefault`, `optional`, `required` and `orOff` say what absent means.
 */
import { ports } from "../../server/ports";
import { group, optional, required, withDefault } from "../catalogue/fields";
import type { SettingsOf } from "../catalogue/node";
import { listOf, oneOf } from "../catalogue/values";
import { gateway } from "./gateway";
import { guard } from "./guard";
import { certificates, host, namespaceName, port, siteName, stackName } from "./kinds";
import { link } from "./link";
import { monitoring } from "./monitoring";
import { network } from "./network";
import { resolver } from "./resolver";
import { server } from "./server";
import { snapshots } from "./snapshots";
import { extraUsers, users } from "./users";

const peer = group(
  "Peer",
  { doc: "Another site's gateway, as this site reaches it." },
  {
    site: required(siteName, { doc: "Name of the other site.", example: "dr" }),
    address: required(host, {
      missing: "write where the Service dragonfly-link of that site is reached from here",
      doc: "Host name or IP address of its Service dragonfly-link, as this site reaches it.",
      example: "link.dr.example.com",
    }),
    port: withDefault(port, { default: ports.link, doc: "Port of that Service." }),
    stack: optional(stackName, {
      effect: "at once",
      doc:
        "Full name of the other site's stack. With link.certificates stack this one reads the other's authorities" +
        " there; the stack must have been initialised, and may be empty.",
      example: "organization/dragonfly-dr/dr",
    }),
    authority: optional(certificates, {
      effect: "at once",
      doc:
        "PEM of the other site's authorities, for link.certificates cert-manager: the program puts them into a Bundle" +
        " of trust-manager.",
      example: "-----BEGIN CERTIFICATE-----…",
    }),
  },
);

export const siteFields = {
  site: required(siteName, {
    missing: "name this site, such as primary or dr",
    effect: "data",
    doc: "Name of this site, for ever, whatever its role: a DNS label of at most 32 characters.",
    example: "primary",
  }),
  namespace: withDefault(namespaceName, {
    default: "cache",
    effect: "data",
    doc: "Namespace for this site alone; the stack makes it. A change makes a new, empty cache.",
  }),
  environment: withDefault(oneOf("production", "lab"), {
    default: "production",
    effect: "nothing",
    doc: "production: every image must be given with its digest. lab: no such check.",
  }),
  peers: withDefault(listOf(peer), {
    default: [],
    effect: "rolls",
    doc: "The other sites. A site without peers is alone.",
    example: [{ site: "dr", address: "link.dr.example.com" }],
  }),
  server,
  defaultUser: withDefault(oneOf("locked", "password"), {
    default: "locked",
    effect: "at once",
    doc:
      "The unnamed user. locked: nobody logs in as it. password: clients that know a password and no user name may;" +
      " all data, no administration. A change to locked ends its sessions.",
  }),
  users,
  extraUsers,
  gateway,
  link,
  guard,
  network,
  monitoring,
  snapshots,
  resolver,
};

/** Everything about a site that is not a secret. */
export const site = group("Site", { doc: "A site: one region's cache." }, siteFields);

export type SiteSettings = SettingsOf<typeof site>;
export type PeerSettings = SettingsOf<typeof peer>;
