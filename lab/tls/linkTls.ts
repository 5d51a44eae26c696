import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { KubeApi, type KubeObject } from "../cluster/kubeApi";
import { Authority, type KeyPair } from "../cluster/pki";
import type { LabPlan, SitePlan } from "../plan";

/** As the stack files in lab/ name them. */
export const CACHE_NAMESPACE = "cache";
export const LINK_SECRET = "dragonfly-link-tls";

/** A site's authority, and the certificate of it that the site shows. */
export interface SiteIdentity {
  readonly ca: KeyPair;
  readonly own: KeyPair;
}

/** An authority and a certificate for each site, and the Secret made of them as a file in the site's folder (0600). */
export async function makeLinkTls(plan: LabPlan): Promise<void> {
  const identities = new Map<string, SiteIdentity>();
  for (const { site } of plan.sites) {
    identities.set(site, await makeIdentity(plan, site));
  }
  for (const site of plan.sites) {
    const own = identities.get(site.site);
    if (!own) continue;
    const peers = plan.sites.filter((other) => other !== site).flatMap((other) => identities.get(other.site) ?? []);
    mkdirSync(site.directory, { recursive: true });
    writeFileSync(secretFile(site), JSON.stringify(renderLinkSecret(own, peers)), { mode: 0o600 });
  }
}

/** Of `generation`s after the first each has an authority of its own, as when one is rotated. */
export async function makeIdentity(plan: LabPlan, site: string, generation = ""): Promise<SiteIdentity> {
  const authority = await Authority.make(
    join(plan.directory, "link-tls", `${site}${generation}`),
    `${site}.dragonfly-dr CA${generation}`,
  );
  const name = `${site}.dragonfly-dr`;
  const own = await authority.issue("link", {
    commonName: name,
    names: [name, `server.${name}`, `guard.${name}`].map((each) => `DNS:${each}`),
  });
  return { ca: authority.ca, own };
}

/** What makeLinkTls made. */
export function firstIdentity(plan: LabPlan, site: string): SiteIdentity {
  const pair = (name: string): KeyPair => ({
    certificate: join(plan.directory, "link-tls", site, `${name}.crt`),
    key: join(plan.directory, "link-tls", site, `${name}.key`),
  });
  return { ca: pair("ca"), own: pair("link") };
}

/** The chain ends with its own authority, so that whoever holds `peer-ca.crt` can also show it. */
export function renderLinkSecret(own: SiteIdentity, peers: readonly SiteIdentity[]): KubeObject {
  const pem = (files: readonly string[]): string =>
    Buffer.concat(files.map((file) => readFileSync(file))).toString("base64");
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: LINK_SECRET, namespace: CACHE_NAMESPACE },
    type: "Opaque",
    data: {
      "tls.crt": pem([own.own.certificate, own.ca.certificate]),
      "tls.key": pem([own.own.key]),
      "peer-ca.crt": pem(peers.map((peer) => peer.ca.certificate)),
    },
  };
}

/**
 * Puts a site's Secret into its cluster. The namespace is made when there is none, bare: it belongs to the Pulumi
 * program, whose server-side apply adds its labels to it.
 */
export async function applyLinkSecret(site: SitePlan): Promise<void> {
  const api = new KubeApi(site.kubeconfig);
  try {
    const namespace = `/api/v1/namespaces/${CACHE_NAMESPACE}`;
    if (!(await api.get(namespace)))
      await api.apply(namespace, { apiVersion: "v1", kind: "Namespace", metadata: { name: CACHE_NAMESPACE } });
    await api.apply(
      `${namespace}/secrets/${LINK_SECRET}`,
      JSON.parse(readFileSync(secretFile(site), "utf8")) as KubeObject,
    );
  } finally {
    api.close();
  }
}

function secretFile(site: SitePlan): string {
  return join(site.directory, `${LINK_SECRET}.json`);
}
