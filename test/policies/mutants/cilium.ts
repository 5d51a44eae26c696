import { array, at, mutant, object, places, type Mutant, type World } from "./world";
import type { Draft, Json, Props } from "../fixtures/site";

const KIND = "CiliumNetworkPolicy";

/** Opens ports in a world whose policies are Cilium's. */
export function ciliumMutants(world: World): Mutant[] {
  const found: Mutant[] = [];
  for (const place of places(world, KIND)) {
    const name = place.resource.name.replace("cache-network-", "");
    const spec = (all: Draft[]): Props => object(at(all, place.at).props, "spec");
    const edit = (what: string, change: (own: Props, all: Draft[]) => void): void =>
      void found.push(mutant(world, `${name}: ${what}`, "network", (all) => change(spec(all), all)));
    edit("dropped", (_, all) => void all.splice(place.at, 1));
    edit("for nodes", (own) => {
      own["nodeSelector"] = {};
      delete own["endpointSelector"];
    });
    edit("all may come in", (own) => array(own, "ingress").push({ fromEntities: ["all"] }));
    edit("the world may come in", (own) => array(own, "ingress").push({ fromEntities: ["world"] }));
    edit("the cluster may come in", (own) => array(own, "ingress").push({ fromEntities: ["cluster"] }));
    edit("all may be spoken to", (own) => array(own, "egress").push({ toEntities: ["all"] }));
    edit("the world may be spoken to", (own) =>
      array(own, "egress").push({ toEntities: ["world"], toPorts: [{ ports: [{ port: "443", protocol: "TCP" }] }] }),
    );
    for (const side of ["ingress", "egress"] as const) {
      edit(`${side} closes nothing`, (own) => void (own["enableDefaultDeny"] = { [side]: false }));
      for (const [i, rule] of array(place.resource.props, "spec", side).entries())
        found.push(...ruleMutants(world, place.at, name, side, i, rule));
    }
  }
  return found;
}

function ruleMutants(
  world: World,
  place: number,
  policy: string,
  side: "ingress" | "egress",
  i: number,
  rule: Json,
): Mutant[] {
  const from = side === "ingress" ? "from" : "to";
  const [endpoints, blocks] = [`${from}Endpoints`, `${from}CIDRSet`];
  const own = (all: Draft[]): Props => object(at(all, place).props, "spec", side, i);
  const found: Mutant[] = [];
  const edit = (what: string, change: (rule: Props) => void): void =>
    void found.push(mutant(world, `${policy}: ${side} ${i} ${what}`, "network", (all) => change(own(all))));
  const written = object(rule);
  if (Object.keys(written).length === 0) {
    edit("opens a port", (all) => void (all["toPorts"] = [{ ports: [{ port: "6379", protocol: "TCP" }] }]));
    edit("is for everybody", (all) => void (all[`${from}Entities`] = ["all"]));
    return found;
  }
  found.push(
    mutant(world, `${policy}: ${side} ${i} dropped`, "network", (all) => {
      const rules = array(at(all, place).props, "spec", side);
      if (rules.length > 1) rules.splice(i, 1);
      else rules.splice(i, 1, {});
    }),
  );
  edit("without ports", (all) => void delete all["toPorts"]);
  edit("on every port", (all) => void (all["toPorts"] = [{ ports: [{ port: "0", protocol: "ANY" }] }]));
  edit("with one port more", (all) => array(all, "toPorts").push({ ports: [{ port: "6399", protocol: "TCP" }] }));
  edit("with a range of ports", (all) =>
    array(all, "toPorts").push({ ports: [{ port: "1000", endPort: 20_000, protocol: "TCP" }] }),
  );
  edit("for anybody", (all) => {
    delete all[endpoints];
    delete all[blocks];
  });
  edit("and the world", (all) => void (all[`${from}Entities`] = ["world"]));
  if (endpoints in written) {
    edit("and every pod", (all) =>
      array(all, endpoints).push({
        matchExpressions: [{ key: "k8s:io.kubernetes.pod.namespace", operator: "Exists" }],
      }),
    );
    edit("and another namespace", (all) =>
      array(all, endpoints).push({ matchLabels: { "k8s:io.kubernetes.pod.namespace": "attacker" } }),
    );
    edit("and namespaces by a label", (all) =>
      array(all, endpoints).push({ matchLabels: { "k8s:io.cilium.k8s.namespace.labels.team": "payments" } }),
    );
  }
  if (blocks in written) {
    edit("and every address", (all) => array(all, blocks).push({ cidr: "0.0.0.0/0" }));
    edit("and every address but some", (all) => array(all, blocks).push({ cidr: "0.0.0.0/0", except: ["10.0.0.0/8"] }));
    edit(
      "with a wider block",
      (all) => void (object(all, blocks, 0)["cidr"] = String(object(all, blocks, 0)["cidr"]).replace(/\/\d+$/, "/9")),
    );
  }
  return found;
}
