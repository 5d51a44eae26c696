import { linkName, linkServerName } from "../../../components/names";
import { ports } from "../../../server/ports";
import { dataEntry } from "../../model/cache";
import { isMap, list, peek, text, Unknown } from "../../model/value";
import { cachePods } from "../../network/exposedPorts";
import { after, portOf, sections, type Section } from "../../network/haproxy";
import { linkListeners } from "../../network/linkListeners";
import { notJudged, violation, type Finding, type Rule } from "../../rule";
import { eachPair, type Site } from "./sites";

export const bothDirections: Rule = {
  name: "dr-link",
  family: "dr",
  level: "mandatory",
  severity: "high",
  description: "Each site knows the other as its peer, lets it in and reaches it: replication can run either way.",
  reads: "site.json, haproxy.cfg and link.cfg of both stacks",
  remedy: "Name each site in the other's peers.",
  link: "https://www.dragonflydb.io/docs/managing-dragonfly/replication",
  configSchema: {},
  *judge(deployment) {
    yield* eachPair(deployment, function* (one, other) {
      yield* judge(one, other);
      yield* judge(other, one);
    });
  },
};

function* judge(site: Site, peer: Site): Iterable<Finding> {
  const subject = { resource: site.cache.resource };
  const config = { config: ["peers"] };
  if (site.settings !== undefined && !list(site.settings, "peers").some((each) => text(each, "site") === peer.name)) {
    yield violation(subject, `its guard does not know ${peer.name} as a peer`, config);
  }
  const read = proxyConfiguration(site);
  if (read === undefined) return;
  if (read instanceof Unknown) return yield notJudged(subject, `how its gateway reaches ${peer.name} is not known yet`);
  if (!letsIn(read, peer.name)) yield violation(subject, `its gateway does not let ${peer.name} in`, config);
  if (!leadsTo(read, peer.name))
    yield violation(subject, `its gateway does not lead to the server of ${peer.name}`, config);
}

function proxyConfiguration({ stack, cache }: Site): readonly Section[] | Unknown | undefined {
  const gateways = cachePods(stack)
    .filter((pods) => pods.namespace === cache.namespace)
    .flatMap((pods) => pods.gateways);
  for (const gateway of gateways) {
    for (const volume of list(gateway.podSpec, "volumes")) {
      const name = text(volume, "configMap", "name");
      const holder = stack
        .ofKind("", "ConfigMap")
        .find((each) => each.namespace === cache.namespace && each.name === name);
      const data = holder === undefined ? undefined : peek(holder.body, "data");
      const keys = isMap(data) ? Object.keys(data).filter((each) => each.endsWith(".cfg")) : [];
      if (holder === undefined || keys.length === 0) continue;
      const written = keys.map((key) => dataEntry(holder, key));
      return written.find((each) => each instanceof Unknown) ?? sections(written.join("\n"));
    }
  }
  return undefined;
}

/** The name is looked for in the acls that the link's listeners decide by. */
const letsIn = (read: readonly Section[], peer: string): boolean =>
  linkListeners(read).every(({ section }) =>
    section.lines.some((line) => line[0] === "acl" && line.includes(linkName(peer))),
  );

/** A plain listener for this site's own server, whose backend checks the peer's name. */
const leadsTo = (read: readonly Section[], peer: string): boolean =>
  read
    .filter(
      (section) =>
        section.kind === "backend" &&
        section.lines.some((line) => line[0] === "server" && after(line, "verifyhost") === linkServerName(peer)),
    )
    .some((backend) =>
      read.some(
        (section) =>
          section.kind === "frontend" &&
          isSource(section) &&
          section.lines.some(([word, name]) => word === "default_backend" && name === backend.name),
      ),
    );

const isSource = (section: Section): boolean =>
  section.lines.some(
    ([word, address]) =>
      word === "bind" && (portOf(address) ?? 0) >= ports.source && (portOf(address) ?? 0) < ports.serverAdmin,
  );
