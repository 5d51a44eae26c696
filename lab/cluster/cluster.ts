import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { addons, DNS_DEPLOYMENT } from "./addons";
import {
  apiServerArguments,
  apiServerUrl,
  controllerManagerArguments,
  etcdArguments,
  schedulerArguments,
  type ProgramKubeconfigs,
} from "./controlPlane";
import { KubeApi, type KubeObject } from "./kubeApi";
import { containerdSocket, kubeletArguments, renderCni, renderContainerd, renderKubelet, renderProxy } from "./node";
import { makeClusterPki, renderKubeconfig, type ClusterPki } from "./pki";
import { importImages, type BuiltImage } from "../images/imageStore";
import { IMAGES } from "../images/references";
import { LabError } from "../labError";
import { PROJECT_ROOT } from "../paths";
import type { SitePlan } from "../plan";
import { entryFile, makeCgroup, type CgroupTrees } from "../process/cgroups";
import { succeeds } from "../process/run";
import { Service } from "../process/service";
import { waitFor } from "../process/waitFor";
import type { Progress } from "../progress";
import type { Toolchain } from "../toolchain/toolchain";

/** In the order in which they are started. The first holds the node's namespaces. */
const SERVICES = [
  "node",
  "etcd",
  "apiserver",
  "containerd",
  "controller-manager",
  "scheduler",
  "kubelet",
  "proxy",
  "provisioner",
] as const;
type ServiceName = (typeof SERVICES)[number];

/** Generous: two cores may be shared with a build. */
const DEADLINE_MS = 600_000;
/** Of Go's collector: half the heap's growth that is the default, for a third less memory in idle programs. */
const GO_ENVIRONMENT = { GOGC: "50" };

/** One site's cluster: its programs, in a network and a mount namespace of their own. */
export class Cluster {
  readonly plan: SitePlan;
  readonly #toolchain: Toolchain;
  readonly #trees: CgroupTrees;

  constructor(plan: SitePlan, toolchain: Toolchain, trees: CgroupTrees) {
    this.plan = plan;
    this.#toolchain = toolchain;
    this.#trees = trees;
  }

  /**
   * Starts everything, in a network that is there, and returns when the node is ready and names resolve.
   * @throws LabError that names the program that ended, with its last lines, or the condition that was not reached
   */
  async start(images: readonly BuiltImage[], progress: Progress): Promise<void> {
    const say = (what: string): void => progress.say(`${this.plan.site}: ${what}`);
    mkdirSync(join(this.plan.directory, "tmp"), { recursive: true });
    makeCgroup(this.#trees, this.plan.podsCgroup);
    makeCgroup(this.#trees, this.plan.systemCgroup);
    const [pki] = await Promise.all([makeClusterPki(this.plan), this.#startNode()]);
    const kubeconfigs = this.#writeKubeconfigs(pki);

    const etcd = this.#start("etcd", [this.#toolchain.program("etcd", "etcd"), ...etcdArguments(this.plan)]);
    const apiServer = this.#start("apiserver", this.#kube("kube-apiserver", apiServerArguments(this.plan, pki)));
    await this.#startContainerd();
    say("containerd ready");
    await importImages(this.plan, images, this.#toolchain);
    say("images imported");

    const api = new KubeApi(this.plan.kubeconfig);
    try {
      await waitFor(() => api.isReady(), this.#wait("API server ready", apiServer, etcd));
      say("API server ready");
      // Only now: until the API server has made its roles, the controller manager ends with "forbidden".
      const programs = this.#startRest(pki, kubeconfigs);
      for (const { path, object } of addons(this.plan, IMAGES)) await api.apply(path, object);
      await waitFor(() => nodeIsReady(api, this.plan), this.#wait("node ready", ...programs));
      say("node ready");
      await waitFor(() => isAvailable(api, DNS_DEPLOYMENT), this.#wait("DNS ready", ...programs));
      say("DNS ready");
    } finally {
      api.close();
    }
  }

  /** What keeps the cluster from being used, in a line; undefined when it is well. Takes well under a second. */
  async problem(): Promise<string | undefined> {
    const ended = SERVICES.filter((name) => !Service.find(this.plan.directory, name)?.alive);
    if (ended.length > 0) return `${this.plan.site}: not running: ${ended.join(", ")}`;
    try {
      const api = new KubeApi(this.plan.kubeconfig);
      try {
        if (!(await api.isReady())) return `${this.plan.site}: the API server is not ready`;
        if (!(await nodeIsReady(api, this.plan))) return `${this.plan.site}: the node is not ready`;
      } finally {
        api.close();
      }
    } catch {
      return `${this.plan.site}: the API server does not answer`;
    }
    return undefined;
  }

  /** Command line that runs something in the site's network and file system. */
  enter(command: readonly string[]): [string, ...string[]] {
    const node = Service.find(this.plan.directory, "node");
    if (!node?.alive) throw new LabError(`${this.plan.site}: not running; start the lab with \`make lab-up\``);
    return ["nsenter", "--target", String(node.pid), "--mount", "--net", "--", ...command];
  }

  async #startNode(): Promise<void> {
    const ready = join(this.plan.directory, "node-ready");
    writeFileSync(join(this.plan.directory, "resolv.conf"), `nameserver ${this.plan.dnsAddress}\noptions timeout:1\n`);
    const node = this.#startAt("node", [
      "nsenter",
      `--net=/run/netns/${this.plan.netns}`,
      "unshare",
      "--mount",
      "--propagation",
      "private",
      "sh",
      join(PROJECT_ROOT, "lab", "cluster", "nodeRoot.sh"),
      this.plan.directory,
      this.#toolchain.cache,
      ready,
      this.#toolchain.program("pause", "pause"),
    ]);
    await waitFor(() => existsSync(ready), this.#wait("namespaces of the node", node));
  }

  async #startContainerd(): Promise<void> {
    const cniConfigFolder = join(this.plan.directory, "cni", "net.d");
    mkdirSync(cniConfigFolder, { recursive: true });
    writeFileSync(join(cniConfigFolder, "10-lab.conflist"), renderCni(this.plan));
    const config = this.#write(
      "containerd.toml",
      renderContainerd(this.plan, {
        cniFolder: this.#toolchain.folder("cni"),
        cniConfigFolder,
        runc: this.#toolchain.debian.program("runc"),
        sandboxImage: IMAGES.pause,
      }),
    );
    const containerd = this.#start("containerd", [this.#toolchain.debian.program("containerd"), "--config", config]);
    const answers = (): Promise<boolean> =>
      succeeds(
        this.#toolchain.debian.program("ctr"),
        ["--address", containerdSocket(this.plan), "--connect-timeout", "1s", "version"],
        {
          env: this.#toolchain.debian.environment,
        },
      );
    await waitFor(
      () => existsSync(containerdSocket(this.plan)) && answers(),
      this.#wait("containerd ready", containerd),
    );
  }

  #startRest(pki: ClusterPki, kubeconfigs: ProgramKubeconfigs): Service[] {
    const kubeletConfig = this.#write("kubelet.yaml", renderKubelet(this.plan, pki));
    const proxyConfig = this.#write("proxy.yaml", renderProxy(this.plan, kubeconfigs.proxy));
    const volumes = join(this.plan.directory, "volumes");
    mkdirSync(volumes, { recursive: true, mode: 0o711 });
    return [
      this.#start("kubelet", this.#kube("kubelet", kubeletArguments(this.plan, kubeletConfig, kubeconfigs.kubelet))),
      this.#start(
        "controller-manager",
        this.#kube(
          "kube-controller-manager",
          controllerManagerArguments(this.plan, pki, kubeconfigs.controllerManager),
        ),
      ),
      this.#start("scheduler", this.#kube("kube-scheduler", schedulerArguments(kubeconfigs.scheduler))),
      this.#start("proxy", this.#kube("kube-proxy", [`--config=${proxyConfig}`])),
      this.#start(
        "provisioner",
        this.#kube("lab-provisioner", [`--kubeconfig=${kubeconfigs.provisioner}`, `--folder=${volumes}`]),
      ),
    ];
  }

  #writeKubeconfigs(pki: ClusterPki): ProgramKubeconfigs {
    const server = apiServerUrl(this.plan);
    const write = (file: string, user: ClusterPki["admin"]): string =>
      this.#write(file, renderKubeconfig(this.plan.site, server, pki.ca, user));
    write("kubeconfig", pki.admin);
    return {
      controllerManager: write("controller-manager.kubeconfig", pki.controllerManager),
      scheduler: write("scheduler.kubeconfig", pki.scheduler),
      kubelet: write("kubelet.kubeconfig", pki.kubelet),
      proxy: write("proxy.kubeconfig", pki.proxy),
      provisioner: write("provisioner.kubeconfig", pki.provisioner),
    };
  }

  #write(file: string, content: string): string {
    const path = join(this.plan.directory, file);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  }

  #kube(program: string, args: readonly string[]): string[] {
    return [this.#toolchain.program("kube", "kube"), program, ...args];
  }

  #start(name: ServiceName, command: readonly string[]): Service {
    return this.#startAt(name, this.enter(command));
  }

  /** For a program beside the cluster that belongs to it: ended with it. See `entryFile`. */
  get systemCgroupEntry(): string {
    return entryFile(this.#trees, this.plan.systemCgroup);
  }

  #startAt(name: ServiceName, command: readonly [string, ...string[]]): Service {
    return Service.start({
      name,
      command,
      directory: this.plan.directory,
      cgroupEntry: this.systemCgroupEntry,
      env: {
        ...this.#toolchain.debian.environment,
        ...GO_ENVIRONMENT,
        TMPDIR: join(this.plan.directory, "tmp"),
        HOME: this.plan.directory,
      },
    });
  }

  #wait(
    what: string,
    ...services: readonly Service[]
  ): { what: string; deadlineMs: number; giveUp: () => void; hint: string } {
    return {
      what: `${this.plan.site}: ${what}`,
      deadlineMs: DEADLINE_MS,
      giveUp: () => services.forEach((service) => service.mustBeAlive()),
      hint: `logs: ${join(this.plan.directory, "log")}`,
    };
  }
}

async function nodeIsReady(api: KubeApi, plan: SitePlan): Promise<boolean> {
  return hasCondition(await api.get(`/api/v1/nodes/${plan.site}`), "Ready");
}

async function isAvailable(api: KubeApi, deployment: string): Promise<boolean> {
  return hasCondition(await api.get(deployment), "Available");
}

/** Pure: whether an object's status says that the condition of this type is true. */
export function hasCondition(object: KubeObject | undefined, type: string): boolean {
  const status = object?.["status"] as
    { readonly conditions?: readonly { readonly type: string; readonly status: string }[] } | undefined;
  return status?.conditions?.some((condition) => condition.type === type && condition.status === "True") ?? false;
}
