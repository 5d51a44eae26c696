import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Authority, renderKubeconfig } from "../../lab/cluster/pki";
import { KubeApi } from "../../lab/cluster/kubeApi";
import { waitFor } from "../../lab/process/waitFor";
import { Toolchain } from "../../lab/toolchain/toolchain";
import { freePort } from "./ports";

/** A real API server with its etcd, on loopback and without anything else of a cluster: it keeps objects, no more. */
export class BareApiServer {
  private constructor(
    private readonly folder: string,
    private readonly processes: readonly ChildProcess[],
    /** A file, of an administrator. */
    readonly kubeconfig: string,
  ) {}

  /** @throws LabError with the API server's log where it does not come up. */
  static async start(): Promise<BareApiServer> {
    const tools = Toolchain.prepared();
    const folder = mkdtempSync(join(tmpdir(), "dragonfly-dr-api-"));
    const [client, peer, port] = [await freePort(), await freePort(), await freePort()];
    const authority = await Authority.make(join(folder, "pki"), "bare");
    const [server, admin] = await Promise.all([
      authority.issue("server", { commonName: "kube-apiserver", names: ["IP:127.0.0.1"] }),
      authority.issue("admin", { commonName: "admin", organization: "system:masters" }),
    ]);
    const accounts = generateKeyPairSync("ec", {
      namedCurve: "prime256v1",
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
    });
    const [publicKey, privateKey] = [join(folder, "accounts.pub"), join(folder, "accounts.key")];
    writeFileSync(publicKey, accounts.publicKey);
    writeFileSync(privateKey, accounts.privateKey, { mode: 0o600 });

    const run = (name: string, program: string, args: readonly string[]): ChildProcess => {
      const log = openSync(join(folder, `${name}.log`), "w");
      return spawn(program, args, { stdio: ["ignore", log, log] });
    };
    const etcd = run("etcd", tools.program("etcd", "etcd"), [
      `--data-dir=${join(folder, "etcd")}`,
      `--listen-client-urls=http://127.0.0.1:${client}`,
      `--advertise-client-urls=http://127.0.0.1:${client}`,
      `--listen-peer-urls=http://127.0.0.1:${peer}`,
      "--unsafe-no-fsync",
      "--log-level=warn",
    ]);
    const api = run("apiserver", tools.program("kube", "kube"), [
      "kube-apiserver",
      "--bind-address=127.0.0.1",
      `--secure-port=${port}`,
      `--etcd-servers=http://127.0.0.1:${client}`,
      "--endpoint-reconciler-type=none",
      "--service-cluster-ip-range=10.96.0.0/16",
      `--client-ca-file=${authority.ca.certificate}`,
      `--tls-cert-file=${server.certificate}`,
      `--tls-private-key-file=${server.key}`,
      `--service-account-key-file=${publicKey}`,
      `--service-account-signing-key-file=${privateKey}`,
      "--service-account-issuer=https://kubernetes.default.svc",
      "--authorization-mode=RBAC",
    ]);
    const kubeconfig = join(folder, "kubeconfig");
    const url = `https://127.0.0.1:${port}`;
    writeFileSync(kubeconfig, renderKubeconfig("bare", url, authority.ca, admin), { mode: 0o600 });
    const started = new BareApiServer(folder, [api, etcd], kubeconfig);
    const probe = new KubeApi(kubeconfig);
    try {
      await waitFor(() => probe.isReady(), {
        what: "API server ready",
        deadlineMs: 120_000,
        hint: join(folder, "apiserver.log"),
        giveUp: () => {
          if (api.exitCode !== null || etcd.exitCode !== null) throw new Error(`ended: see the logs in ${folder}`);
        },
      });
    } finally {
      probe.close();
    }
    return started;
  }

  async stop(): Promise<void> {
    for (const child of this.processes) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
