import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { SitePlan } from "../plan";
import { run } from "../process/run";

/** Days; a lab lives for less. */
const VALID_DAYS = "30";
const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

export interface Identity {
  readonly commonName: string;
  readonly organization?: string;
  /** Subject alternative names as openssl writes them, such as `DNS:a`, `IP:10.0.0.1`. */
  readonly names?: readonly string[];
}

/** A certificate and its key, as files. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

/** A certificate authority in a folder, made by openssl; keys are readable by root only. */
export class Authority {
  readonly #folder: string;
  readonly ca: KeyPair;

  private constructor(folder: string) {
    this.#folder = folder;
    this.ca = pairIn(folder, "ca");
  }

  static async make(folder: string, commonName: string): Promise<Authority> {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const authority = new Authority(folder);
    const { certificate, key } = authority.ca;
    await run("openssl", [
      "req",
      "-x509",
      ...NEW_KEY,
      "-days",
      VALID_DAYS,
      "-subj",
      `/CN=${commonName}`,
      "-keyout",
      key,
      "-out",
      certificate,
      "-addext",
      "basicConstraints=critical,CA:TRUE",
      "-addext",
      "keyUsage=critical,keyCertSign,cRLSign",
    ]);
    return authority;
  }

  /** For a client and a server both. */
  async issue(name: string, { commonName, organization, names }: Identity): Promise<KeyPair> {
    const pair = pairIn(this.#folder, name);
    const subject = `${organization ? `/O=${organization}` : ""}/CN=${commonName}`;
    await run("openssl", [
      "req",
      "-x509",
      "-CA",
      this.ca.certificate,
      "-CAkey",
      this.ca.key,
      ...NEW_KEY,
      "-days",
      VALID_DAYS,
      "-subj",
      subject,
      "-keyout",
      pair.key,
      "-out",
      pair.certificate,
      "-addext",
      "basicConstraints=critical,CA:FALSE",
      "-addext",
      "keyUsage=critical,digitalSignature",
      "-addext",
      "extendedKeyUsage=serverAuth,clientAuth",
      ...(names?.length ? ["-addext", `subjectAltName=${names.join(",")}`] : []),
    ]);
    return pair;
  }
}

function pairIn(folder: string, name: string): KeyPair {
  return { certificate: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
}

/** Everything that a cluster's programs know each other by. */
export interface ClusterPki {
  readonly ca: KeyPair;
  readonly apiServer: KeyPair;
  readonly apiServerToKubelet: KeyPair;
  readonly kubelet: KeyPair;
  readonly admin: KeyPair;
  readonly controllerManager: KeyPair;
  readonly scheduler: KeyPair;
  readonly proxy: KeyPair;
  readonly provisioner: KeyPair;
  readonly serviceAccounts: { readonly privateKey: string; readonly publicKey: string };
}

export async function makeClusterPki(plan: SitePlan): Promise<ClusterPki> {
  const folder = join(plan.directory, "pki");
  const authority = await Authority.make(folder, `lab-${plan.site}`);
  const node = `system:node:${plan.site}`;
  const [apiServer, apiServerToKubelet, kubelet, admin, controllerManager, scheduler, proxy, provisioner] =
    await Promise.all([
      authority.issue("apiserver", { commonName: "kube-apiserver", names: apiServerNames(plan) }),
      authority.issue("apiserver-kubelet", {
        commonName: "kube-apiserver-kubelet-client",
        organization: "system:masters",
      }),
      authority.issue("kubelet", {
        commonName: node,
        organization: "system:nodes",
        names: [`DNS:${plan.site}`, `IP:${plan.address}`],
      }),
      authority.issue("admin", { commonName: "lab-admin", organization: "system:masters" }),
      authority.issue("controller-manager", { commonName: "system:kube-controller-manager" }),
      authority.issue("scheduler", { commonName: "system:kube-scheduler" }),
      authority.issue("proxy", { commonName: "system:kube-proxy" }),
      authority.issue("provisioner", { commonName: "lab-provisioner" }),
    ]);
  return {
    ca: authority.ca,
    apiServer,
    apiServerToKubelet,
    kubelet,
    admin,
    controllerManager,
    scheduler,
    proxy,
    provisioner,
    serviceAccounts: await makeServiceAccountKeys(folder),
  };
}

function apiServerNames(plan: SitePlan): string[] {
  const inside = ["kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"];
  return [...inside.map((name) => `DNS:${name}`), `IP:${plan.address}`, `IP:${plan.apiServiceAddress}`, "IP:127.0.0.1"];
}

async function makeServiceAccountKeys(folder: string): Promise<ClusterPki["serviceAccounts"]> {
  const privateKey = join(folder, "service-accounts.key");
  const publicKey = join(folder, "service-accounts.pub");
  await run("openssl", ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-out", privateKey]);
  await run("openssl", ["pkey", "-in", privateKey, "-pubout", "-out", publicKey]);
  return { privateKey, publicKey };
}

/** Pure but for the files it reads: a kubeconfig that holds all it needs. */
export function renderKubeconfig(name: string, server: string, ca: KeyPair, user: KeyPair): string {
  const data = (file: string): string => readFileSync(file).toString("base64");
  return `${JSON.stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      "current-context": name,
      clusters: [{ name, cluster: { server, "certificate-authority-data": data(ca.certificate) } }],
      users: [{ name, user: { "client-certificate-data": data(user.certificate), "client-key-data": data(user.key) } }],
      contexts: [{ name, context: { cluster: name, user: name } }],
    },
    null,
    2,
  )}\n`;
}
