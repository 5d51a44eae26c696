/** Programs built from Go modules; the module of each, with its checksums, is in lab/tools/<name>. */
export interface GoTool {
  readonly name: string;
  /** Of the program, as its project counts; in the cache's folder names. */
  readonly version: string;
  /** Package to build, by the file it becomes. */
  readonly programs: Readonly<Record<string, string>>;
  /** Values stamped into the program: package path and name, value. */
  readonly stamps?: Readonly<Record<string, string>>;
}

const KUBERNETES_STAMPS = "k8s.io/component-base/version";

/** Longest first, so that a failure of the large one is known early. */
export const GO_TOOLS = {
  kube: {
    name: "kube",
    version: "v1.36.3",
    programs: { kube: "." },
    // Without these the server calls itself v0.0.0, and clients refuse the difference.
    stamps: {
      [`${KUBERNETES_STAMPS}.gitVersion`]: "v1.36.3",
      [`${KUBERNETES_STAMPS}.gitMajor`]: "1",
      [`${KUBERNETES_STAMPS}.gitMinor`]: "36",
      [`${KUBERNETES_STAMPS}.gitTreeState`]: "clean",
    },
  },
  pulumi: {
    name: "pulumi",
    version: "v3.256.0",
    programs: { pulumi: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi" },
    stamps: { "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": "v3.256.0" },
  },
  etcd: { name: "etcd", version: "v3.7.3", programs: { etcd: "go.etcd.io/etcd/server/v3" } },
  coredns: { name: "coredns", version: "v1.15.0", programs: { coredns: "." } },
  toxiproxy: {
    name: "toxiproxy",
    version: "v2.5.0",
    programs: {
      "toxiproxy-server": "github.com/Shopify/toxiproxy/v2/cmd/server",
      "toxiproxy-cli": "github.com/Shopify/toxiproxy/v2/cmd/cli",
    },
    stamps: { "github.com/Shopify/toxiproxy/v2.Version": "2.5.0" },
  },
  cni: {
    name: "cni",
    version: "v1.9.1",
    programs: {
      ptp: "github.com/containernetworking/plugins/plugins/main/ptp",
      loopback: "github.com/containernetworking/plugins/plugins/main/loopback",
      "host-local": "github.com/containernetworking/plugins/plugins/ipam/host-local",
      portmap: "github.com/containernetworking/plugins/plugins/meta/portmap",
    },
  },
  versitygw: {
    name: "versitygw",
    version: "v1.8.0",
    programs: { versitygw: "github.com/versity/versitygw/cmd/versitygw" },
  },
  pause: { name: "pause", version: "v1", programs: { pause: "." } },
} as const satisfies Readonly<Record<string, GoTool>>;

export type GoToolName = keyof typeof GO_TOOLS;

/** The linker's flags: no symbols (the files halve), and the stamps. */
export function linkerFlags(tool: GoTool): string {
  const stamps = Object.entries(tool.stamps ?? {}).map(([name, value]) => `-X ${name}=${value}`);
  return ["-s", "-w", ...stamps].join(" ");
}
