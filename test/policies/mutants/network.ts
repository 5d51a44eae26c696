import { array, at, dig, mutant, object, places, rewrite, type Mutant, type World } from "./world";
import type { Draft, Json, Props } from "../fixtures/site";

/** Opens ports. */
export const networkMutants = (world: World): Mutant[] => [
  ...policyMutants(world),
  ...addedPolicies(world),
  ...serviceMutants(world),
  ...linkMutants(world),
];

const EVERYONE: readonly [string, Json[]][] = [
  ["any pod", [{ namespaceSelector: {} }]],
  ["any address", [{ ipBlock: { cidr: "0.0.0.0/0" } }]],
  ["any address but its own", [{ ipBlock: { cidr: "0.0.0.0/0", except: ["10.0.0.0/8"] } }]],
  ["half of all addresses", [{ ipBlock: { cidr: "128.0.0.0/1" } }]],
  ["any IPv6 address", [{ ipBlock: { cidr: "::/0" } }]],
  ["a namespace more", [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "attacker" } } }]],
  ["namespaces by a label", [{ namespaceSelector: { matchLabels: { team: "payments" } } }]],
  [
    "every namespace but one",
    [
      {
        namespaceSelector: {
          matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "NotIn", values: ["attacker"] }],
        },
      },
    ],
  ],
  [
    "namespaces that have a name",
    [{ namespaceSelector: { matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "Exists" }] } }],
  ],
  ["pods by a label, of any namespace", [{ namespaceSelector: {}, podSelector: { matchLabels: { role: "client" } } }]],
];

function policyMutants(world: World): Mutant[] {
  const found: Mutant[] = [];
  for (const place of places(world, "NetworkPolicy")) {
    const name = place.resource.name.replace("cache-network-", "");
    const spec = (all: Draft[]): Props => object(at(all, place.at).props, "spec");
    const edit = (what: string, change: (own: Props, all: Draft[]) => void): void =>
      void found.push(mutant(world, `${name}: ${what}`, "network", (all) => change(spec(all), all)));
    if (name.endsWith("-drill")) {
      // A drill that cannot reach its snapshot fails and says so; one that could speak to others is what matters.
      edit("opens everything out", (own) => array(own, "egress").push({}));
      edit("opens HTTPS out", (own) => array(own, "egress").push({ ports: [{ port: 443, protocol: "TCP" }] }));
      for (const [who, peers] of EVERYONE)
        edit(`leads to ${who}`, (own) => array(own, "egress").push({ to: structuredClone(peers) }));
      continue;
    }
    edit("dropped", (_, all) => void all.splice(place.at, 1));
    edit(
      "in another namespace",
      (_, all) => void (object(at(all, place.at).props, "metadata")["namespace"] = "elsewhere"),
    );
    edit("selects pods that are not there", (own) => void (own["podSelector"] = { matchLabels: { app: "nobody" } }));
    for (const type of ["Ingress", "Egress"]) {
      const rest = array(place.resource.props, "spec", "policyTypes").filter((each) => each !== type);
      // The two policies of pods lean on the one that closes everything: taking a type from one of them closes what was
      // open.
      if (array(place.resource.props, "spec", "policyTypes").includes(type))
        edit(`without ${type}`, (own) => void (own["policyTypes"] = rest));
    }
    if (name.endsWith("default-deny")) {
      edit(
        "selects some pods only",
        (own) => void (own["podSelector"] = { matchLabels: { "app.kubernetes.io/component": "server" } }),
      );
      edit("admits everything in", (own) => void (own["ingress"] = [{}]));
      edit("admits everything out", (own) => void (own["egress"] = [{}]));
      edit("admits its own namespace", (own) => void (own["ingress"] = [{ from: [{ podSelector: {} }] }]));
      edit("admits HTTPS out", (own) => void (own["egress"] = [{ ports: [{ port: 443 }] }]));
    } else {
      edit("selects every pod", (own) => void (own["podSelector"] = {}));
      edit("opens everything in", (own) => void array(own, "ingress").push({}));
      edit("opens everything out", (own) => void array(own, "egress").push({}));
      edit(
        "opens a port to anybody",
        (own) => void array(own, "ingress").push({ ports: [{ port: 22, protocol: "TCP" }] }),
      );
      edit("opens HTTPS out", (own) => void array(own, "egress").push({ ports: [{ port: 443, protocol: "TCP" }] }));
      edit(
        "opens names out to anybody",
        (own) => void array(own, "egress").push({ ports: [{ port: 53, protocol: "UDP" }] }),
      );
      edit(
        "leads out to another namespace",
        (own) =>
          void array(own, "egress").push({
            to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "vault" } } }],
          }),
      );
    }
    for (const [side, others] of [
      ["ingress", "from"],
      ["egress", "to"],
    ] as const) {
      const rules = object(place.resource.props, "spec")[side];
      if (!Array.isArray(rules)) continue;
      for (const [i, rule] of rules.entries()) {
        const own = (all: Props): Props => object(all, side, i);
        const label = `${side} ${i}`;
        edit(`${label} dropped`, (all) => void array(all, side).splice(i, 1));
        edit(`${label} without ports`, (all) => void delete own(all)["ports"]);
        edit(`${label} for anybody`, (all) => void delete own(all)[others]);
        edit(
          `${label} with a range of ports`,
          (all) => void (own(all)["ports"] = [{ port: 1, endPort: 65_535, protocol: "TCP" }]),
        );
        edit(
          `${label} with one port more`,
          (all) => void array(own(all), "ports").push({ port: 6399, protocol: "TCP" }),
        );
        for (const [who, peers] of EVERYONE)
          edit(`${label} and ${who}`, (all) => void array(own(all), others).push(...structuredClone(peers)));
        for (const [j, peer] of array(rule, others).entries()) {
          const peerOf = (all: Props): Props => object(own(all), others, j);
          edit(
            `${label}, peer ${j} by nothing but its kind`,
            (all) =>
              void (peerOf(all)["podSelector"] !== undefined
                ? (peerOf(all)["podSelector"] = {})
                : peerOf(all)["ipBlock"] !== undefined
                  ? (object(peerOf(all), "ipBlock")["cidr"] = "0.0.0.0/0")
                  : (peerOf(all)["namespaceSelector"] = {})),
          );
          if (dig(peer, ...[]) !== null && typeof peer === "object" && peer !== null && "ipBlock" in peer) {
            const [address = "", bits = ""] = String(dig(peer, "ipBlock", "cidr")).split("/");
            for (const wider of [1, 8])
              if (Number(bits) - wider >= 0)
                edit(
                  `${label}, peer ${j} ${wider} bits wider`,
                  (all) => void (object(peerOf(all), "ipBlock")["cidr"] = `${address}/${Number(bits) - wider}`),
                );
          }
          if (typeof peer === "object" && peer !== null && "podSelector" in peer && !Array.isArray(peer)) {
            for (const key of Object.keys(object(peer, "podSelector", "matchLabels"))) {
              edit(
                `${label}, peer ${j} without ${key}`,
                (all) => void delete object(peerOf(all), "podSelector", "matchLabels")[key],
              );
            }
            if (!("namespaceSelector" in peer))
              edit(`${label}, peer ${j} in any namespace`, (all) => void (peerOf(all)["namespaceSelector"] = {}));
          }
        }
      }
    }
  }
  return found;
}

const SERVER = { "app.kubernetes.io/name": "dragonfly", "app.kubernetes.io/component": "server" };
const GATEWAY = { ...SERVER, "app.kubernetes.io/component": "gateway" };

/** What somebody adds beside policies that are in order. */
function addedPolicies(world: World): Mutant[] {
  const cilium = (name: string, spec: Props, kind = "CiliumNetworkPolicy"): Mutant =>
    mutant(world, `Cilium: ${name}`, "network", (all) => {
      const namespaced: Props = kind === "CiliumNetworkPolicy" ? { namespace: "cache" } : {};
      all.push({
        type: `kubernetes:cilium.io/v2:${kind}`,
        name: "added",
        stack: "primary",
        props: { apiVersion: "cilium.io/v2", kind, metadata: { name: "added", ...namespaced }, spec },
      });
    });
  const ports = (port: number): Json => [{ ports: [{ port: String(port), protocol: "TCP" }] }];
  const server: Props = { endpointSelector: { matchLabels: { ...SERVER } } };
  const gateway: Props = { endpointSelector: { matchLabels: { ...GATEWAY } } };
  return [
    cilium("the world to the gateway", { ...gateway, ingress: [{ fromEntities: ["world"], toPorts: ports(6379) }] }),
    cilium("all to the gateway", { ...gateway, ingress: [{ fromEntities: ["all"], toPorts: ports(6379) }] }),
    cilium("the cluster to the gateway", {
      ...gateway,
      ingress: [{ fromEntities: ["cluster"], toPorts: ports(6379) }],
    }),
    cilium("anybody to the server's port", { ...server, ingress: [{ toPorts: ports(6379) }] }),
    cilium("any address to the link", { ...gateway, ingress: [{ fromCIDR: ["0.0.0.0/0"], toPorts: ports(6380) }] }),
    cilium("a namespace more", {
      ...gateway,
      ingress: [
        { fromEndpoints: [{ matchLabels: { "k8s:io.kubernetes.pod.namespace": "attacker" } }], toPorts: ports(6379) },
      ],
    }),
    cilium("its own namespace to the source's port", {
      ...gateway,
      ingress: [{ fromEndpoints: [{}], toPorts: ports(6381) }],
    }),
    cilium("anybody to the metrics", { ...server, ingress: [{ fromEntities: ["cluster"], toPorts: ports(9999) }] }),
    cilium("the admin port", {
      ...server,
      ingress: [
        { fromEndpoints: [{ matchLabels: { "k8s:io.kubernetes.pod.namespace": "monitoring" } }], toPorts: ports(6399) },
      ],
    }),
    cilium("the world from the server", { ...server, egress: [{ toEntities: ["world"], toPorts: ports(443) }] }),
    cilium("any address from the gateway", {
      ...gateway,
      egress: [{ toCIDRSet: [{ cidr: "0.0.0.0/0", except: ["10.0.0.0/8"] }] }],
    }),
    cilium(
      "any pod, clusterwide",
      { ...gateway, ingress: [{ fromEndpoints: [{}], toPorts: ports(6379) }] },
      "CiliumClusterwideNetworkPolicy",
    ),
    cilium("clients are denied", { ...gateway, ingressDeny: [{ fromEntities: ["all"], toPorts: ports(6379) }] }),
  ];
}

function serviceMutants(world: World): Mutant[] {
  const found: Mutant[] = [];
  for (const place of places(world, "Service")) {
    const name = place.resource.name;
    const spec = (all: Draft[]): Props => object(at(all, place.at).props, "spec");
    const edit = (what: string, change: (own: Props) => void): void =>
      void found.push(mutant(world, `${name}: ${what}`, "network", (all) => change(spec(all))));
    edit(
      "LoadBalancer for all",
      (own) => void Object.assign(own, { type: "LoadBalancer", loadBalancerSourceRanges: [] }),
    );
    edit(
      "LoadBalancer for all, written out",
      (own) => void Object.assign(own, { type: "LoadBalancer", loadBalancerSourceRanges: ["0.0.0.0/0"] }),
    );
    edit("external addresses", (own) => void (own["externalIPs"] = ["198.51.100.7"]));
  }
  const gateway = places(world, "NetworkPolicy").find(({ resource }) => resource.name.endsWith("-gateway"));
  const clients = places(world, "Service").find(
    ({ resource }) => dig(resource.props, "metadata", "name") === "dragonfly",
  );
  if (gateway !== undefined && clients !== undefined) {
    found.push(
      mutant(world, "a NodePort of the server beside the gateways", "network", (all) => {
        const { props, ...rest } = at(all, clients.at);
        const port = { name: "server", port: 6379, targetPort: 6379, nodePort: 30999 };
        all.push({
          ...rest,
          name: "shortcut",
          props: {
            ...props,
            metadata: { ...object(props, "metadata"), name: "shortcut" },
            spec: {
              type: "NodePort",
              selector: { "app.kubernetes.io/name": "dragonfly", "app.kubernetes.io/component": "server" },
              ports: [port],
            },
          },
        });
      }),
    );
    found.push(
      mutant(world, "a NodePort whose pods admit any address", "network", (all) => {
        object(at(all, clients.at).props, "spec")["type"] = "NodePort";
        array(at(all, gateway.at).props, "spec", "ingress", 0, "from").push({ ipBlock: { cidr: "0.0.0.0/0" } });
      }),
    );
  }
  return found;
}

/** Takes the checks out of the proxy's configuration, one at a time. */
function linkMutants(world: World): Mutant[] {
  const found: Mutant[] = [];
  for (const place of places(world, "ConfigMap").filter(
    ({ resource }) => "haproxy.cfg" in object(resource.props, "data"),
  )) {
    const edit = (file: "haproxy.cfg" | "link.cfg", what: string, change: (text: string) => string): void =>
      void found.push(
        mutant(world, `gateway: ${file}: ${what}`, "network", (all) => rewrite(at(all, place.at), file, change)),
      );
    for (const file of ["haproxy.cfg", "link.cfg"] as const) {
      const bind = (what: string, from: RegExp, to: string): void =>
        edit(file, what, (text) =>
          text.replace(/^\s*bind abns@\S+ accept-proxy .*$/m, (line) => line.replace(from, to)),
        );
      bind("the link in plain text", / ssl .*$/, "");
      bind("the link asks for no certificate", /verify required/, "verify none");
      bind("the link takes a certificate or none", /verify required/, "verify optional");
      bind("the link knows no CA", /ca-file \S+/, "");
      edit(file, "the link checks no name", (text) => text.replace(/^.*reject unless peer$\n?/m, ""));
      edit(file, "the link's check of the name is a comment", (text) =>
        text.replace(/^(\s*)(tcp-request content reject unless peer)$/m, "$1# $2"),
      );
      edit(file, "the link takes any name", (text) => text.replace(/^.*acl peer .*$\n?/m, ""));
      edit(file, "the link takes a name that is nobody's", (text) =>
        text.replace(/(acl peer ssl_c_s_dn\(cn\) -m) str \S+/, "$1 found"),
      );
    }
    edit("link.cfg", "the link leads to the server, unopened", (text) =>
      text.replace(/server sites abns@\S+ send-proxy-v2/, "server sites dragonfly-server:6379"),
    );
    edit("link.cfg", "the link leads to a socket where nobody asks for a certificate", (text) =>
      text.replace(/server sites abns@\S+-link-sites/, "server sites abns@dragonfly-dr-primary-guard-dr"),
    );
    for (const [file, backend] of [
      ["haproxy.cfg", "primary"],
      ["link.cfg", "source_dr"],
      ["link.cfg", "guard_dr"],
    ] as const) {
      const line = new RegExp(`(backend ${backend}\\n(?:.+\\n)*?\\s*server dr .*)$`, "m");
      const inBackend = (what: string, from: RegExp, to: string): void =>
        edit(file, `${backend} ${what}`, (text) => text.replace(line, (match) => match.replace(from, to)));
      inBackend("does not check the peer's certificate", /verify required/g, "verify none");
      inBackend("does not check the peer's name", / verifyhost \S+/g, "");
      inBackend("shows no certificate", / crt \S+/g, "");
      inBackend("speaks plain text", / ssl crt/g, " crt");
      inBackend("knows no CA", / ca-file \S+/g, "");
    }
  }
  return found;
}
