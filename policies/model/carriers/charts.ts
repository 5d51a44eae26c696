import type { DataOf } from "../aclSource";
import type { Cache } from "../cache";
import { engineOfImage, imageName } from "../engines";
import { isList, isMap, Unreadable, type Value } from "../value";
import { appTemplateCaches, isAppTemplate } from "./appTemplate";
import { bitnamiCache } from "./bitnami";
import { dragonflyChartCache } from "./dragonflyChart";
import type { Installation } from "./installation";

/** Charts that run a server and whose templates are not computed. */
const OTHERS: readonly string[] = [
  "redis",
  "redis-ha",
  "redis-cluster",
  "redis-stack-server",
  "valkey",
  "valkey-cluster",
  "keydb",
  "redis-replication",
  "redis-sentinel",
];

/** The servers that a chart runs; none for most charts. @throws UnknownValue */
export function chartCaches(installation: Installation, dataOf: DataOf): Cache[] {
  const { values, release } = installation;
  const chart = imageName(installation.chart);
  if (chart === "dragonfly") return [dragonflyChartCache(complete(installation), dataOf)];
  if (isAppTemplate(chart)) {
    // Without its values, its name is all that tells.
    if (
      installation.incomplete !== undefined &&
      engineOfImage(release) === undefined &&
      firstImage(values) === undefined
    )
      return [];
    return appTemplateCaches(complete(installation), dataOf);
  }
  if (isBitnami(installation) && ["redis", "valkey"].includes(chart))
    return [bitnamiCache(complete(installation), chart)];
  if (OTHERS.includes(chart)) throw new Unreadable(`chart ${chart}: its templates are not computed`);
  const image = firstImage(values);
  if (image !== undefined) throw new Unreadable(`chart ${chart} runs ${image}, and its templates are not computed`);
  return [];
}

const isBitnami = ({ chart, repository }: Installation): boolean => /bitnami/i.test(`${repository} ${chart}`);

/** @throws Unreadable */
function complete(installation: Installation): Installation {
  if (installation.incomplete !== undefined) throw new Unreadable(installation.incomplete);
  return installation;
}

const DEEPEST = 12;

/** The first image of a server that values name, as `image: {repository}` or `image: text`. */
function firstImage(values: Value, depth = 0): string | undefined {
  if (depth > DEEPEST) return undefined;
  if (isList(values)) return first(values, (each) => firstImage(each, depth + 1));
  if (!isMap(values)) return undefined;
  return first(Object.entries(values), ([key, value]) => {
    const written = key === "image" && isMap(value) ? value["repository"] : key === "image" ? value : undefined;
    if (typeof written === "string" && engineOfImage(written) !== undefined) return imageName(written);
    return firstImage(value, depth + 1);
  });
}

function first<T>(items: readonly T[], find: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
