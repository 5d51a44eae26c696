import type { ForeignCase } from "./foreign";

const release = (chart: string, rest: string, name = "cache"): string =>
  `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: ${name}, namespace: ` +
  `cache}\nspec: {chart: {spec: {chart: ${chart}, sourceRef: {kind: HelmRepository, name: bitnami}}}, ` +
  `${rest}}\n`;
const APP =
  "values: {controllers: {main: {containers: {app: {image: {repository: docker.io/library/redis, tag: " +
  "'7'}, args: [--save, '']}}}}}";

/** What runs a cache, as others write it. */
export const recognitionCases: readonly ForeignCase[] = [
  { name: "app-template with a Redis", manifests: release("app-template", APP), says: ["acl-default-user"] },
  {
    name: "app-template with something else",
    manifests: release(
      "app-template",
      "values: {controllers: {main: {containers: {app: {image: {repository: ghcr.io/x/app, tag: '1'}}}}}}",
    ),
    caches: 0,
  },
  {
    name: "app-template whose values are elsewhere",
    manifests: release("app-template", `${APP}, valuesFrom: [{kind: Secret, name: v}]`),
    unsure: ["acl-default-user"],
  },
  {
    name: "Bitnami's Redis without a password",
    manifests: release("redis", "values: {auth: {enabled: false}}"),
    says: ["acl-default-user"],
  },
  {
    name: "Bitnami's Redis by its defaults",
    manifests: release("redis", "values: {}"),
    unsure: ["network-cache-namespaces"],
    clean: ["acl-default-user"],
  },
  {
    name: "another chart of Redis",
    manifests: release("redis-ha", "values: {}"),
    unsure: ["acl-default-user"],
    clean: ["acl-default-user"],
  },
  {
    name: "a chart that brings a Valkey along",
    manifests: release("immich", "values: {valkey: {image: {repository: docker.io/valkey/valkey}}}"),
    unsure: ["acl-default-user"],
  },
  {
    name: "a chart of something else",
    manifests: release("grafana", "values: {image: {repository: grafana/grafana}}"),
    caches: 0,
  },
  {
    name: "Dragonfly's chart by Argo CD",
    manifests:
      "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: df}\nspec: {destination: " +
      "{namespace: cache}, source: {chart: dragonfly, repoURL: ghcr.io/dragonflydb/dragonfly/helm, helm: " +
      "{values: 'extraArgs: [--maxmemory=1gb]'}}}\n",
    says: ["acl-default-user"],
  },
  {
    name: "Dragonfly's chart by k3s",
    manifests:
      "apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata: {name: df, namespace: kube-system}\nspec: " +
      "{chart: 'oci://ghcr.io/dragonflydb/dragonfly/helm/dragonfly', targetNamespace: cache, valuesContent: " +
      "'service: {type: NodePort}'}\n",
    says: ["acl-default-user"],
  },
  {
    name: "OT's Redis operator",
    manifests:
      "apiVersion: redis.redis.opstreelabs.in/v1beta2\nkind: RedisCluster\nmetadata: {name: r, namespace: " +
      "cache}\nspec: {}\n",
    unsure: ["acl-default-user"],
  },
  {
    name: "Spotahome's Redis operator",
    manifests:
      "apiVersion: databases.spotahome.com/v1\nkind: RedisFailover\nmetadata: {name: r, namespace: cache}\nspec: {}\n",
    unsure: ["acl-default-user"],
  },
  {
    name: "a Redis that a script starts",
    manifests:
      "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: r, namespace: cache}\nspec: {template: {spec: " +
      "{containers: [{name: redis, image: 'bitnami/redis:7', command: [/bin/bash], args: [-c, " +
      "/scripts/start.sh], ports: [{containerPort: 6379}]}]}}}\n",
    unsure: ["server-memory"],
  },
  {
    name: "a client in the server's image",
    manifests:
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: r, namespace: cache}\nspec: {template: {spec: " +
      "{containers: [{name: cli, image: 'redis:7', command: [redis-cli, monitor]}]}}}\n",
    caches: 0,
  },
  {
    name: "a kind that is a word of JavaScript's",
    manifests:
      "apiVersion: apps/v1\nkind: constructor\nmetadata: {name: toString, namespace: cache}\nspec: {template: " +
      "{spec: {containers: [{name: a, image: constructor}]}}}\n---\napiVersion: batch/v1\nkind: " +
      "__proto__\nmetadata: {name: x}\n",
    caches: 0,
  },
];
