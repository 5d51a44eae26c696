import type { DataOf } from "./aclSource";
import { workloadCaches, type Cache } from "./cache";
import { chartCaches } from "./carriers/charts";
import { installations } from "./carriers/installation";
import { operatedCache } from "./carriers/dragonflyOperator";
import { refuseOtherOperators } from "./carriers/otherOperators";
import type { KubeObject } from "./kube";
import type { Resource } from "./resource";

/** What an object or a resource of Pulumi's runs of a cache's servers; nothing for most. */
export interface Carrier {
  readonly resource: Resource;
  /** @throws UnknownValue where it is a cache's, and what it runs is not known. */
  readonly find: () => Cache[];
}

/** Everything that may run servers: workloads, operators' resources, charts of Flux, Argo CD, k3s and Pulumi. */
export function carriers(objects: readonly KubeObject[], resources: readonly Resource[], dataOf: DataOf): Carrier[] {
  const ofObjects = objects.map((object): Carrier => ({
    resource: object.resource,
    find: () => {
      refuseOtherOperators(object);
      if (object.group === "dragonflydb.io" && object.kind === "Dragonfly") return [operatedCache(object, dataOf)];
      return workloadCaches(object, dataOf);
    },
  }));
  const ofCharts = installations(objects, resources).map(({ resource, read }): Carrier => ({
    resource,
    find: () => {
      const installation = read();
      return installation === undefined ? [] : chartCaches(installation, dataOf);
    },
  }));
  return [...ofObjects, ...ofCharts];
}
