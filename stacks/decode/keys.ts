import { list, map, oneOf, text, textMap, truth, wholeNumber } from "./decoder";

const exposure = {
  type: oneOf("ClusterIP", "NodePort", "LoadBalancer"),
  nodePort: wholeNumber,
  annotations: textMap,
  allowedSources: list(text),
};

const s3 = map(
  {},
  { endpoint: text, bucket: text, region: text, namespace: text, cidrs: list(text), accessKey: text, secretKey: text },
);
const aws = map(
  {},
  {
    bucket: text,
    region: text,
    cidrs: list(text),
    kmsKeyArn: text,
    oidcProviderArn: text,
    expireDays: wholeNumber,
    expireOldVersionsDays: wholeNumber,
    replicateTo: map({ bucketArn: text }, { kmsKeyArn: text }),
  },
);

/** Every key of a stack's configuration, in the shape of SiteSettings; Pulumi.yaml says what each one means. */
export const siteKeys = {
  site: text,
  namespace: text,
  kubeconfig: text,
  context: text,
  environment: oneOf("production", "lab"),
  passwordsFrom: text,
  peers: list(map({ site: text, address: text }, { port: wholeNumber })),
  server: map(
    {},
    {
      engine: oneOf("dragonfly", "redis"),
      image: text,
      threads: wholeNumber,
      maxmemory: text,
      cacheMode: truth,
      cpuRequest: text,
      cpuLimit: text,
      memoryRequest: text,
      memoryLimit: text,
      storage: map({}, { size: text, className: text }),
      slowlog: map({}, { thresholdMicroseconds: wholeNumber, maxLength: wholeNumber }),
      bullmq: oneOf("off", "undeclared-keys", "hashtags"),
      extraArgs: list(text),
    },
  ),
  defaultUser: oneOf("locked", "password"),
  users: list(
    map({ name: text, keys: list(text), commands: list(text) }, { channels: list(text), scope: oneOf("own", "wide") }),
  ),
  gateway: map(
    {},
    {
      image: text,
      replicas: wholeNumber,
      threads: wholeNumber,
      maxConnections: wholeNumber,
      cpuRequest: text,
      memoryRequest: text,
      memoryLimit: text,
      clients: map({}, { ...exposure, readOnlyNodePort: wholeNumber }),
      link: map({}, exposure),
    },
  ),
  link: map({}, { tlsSecretName: text }),
  guard: map(
    {},
    {
      image: text,
      cpuRequest: text,
      memoryRequest: text,
      memoryLimit: text,
      onPeerUnreachable: oneOf("hold", "serve"),
    },
  ),
  network: map(
    {},
    {
      clients: list(text),
      monitoring: text,
      apiServer: map({}, { cidr: text, port: wholeNumber }),
      dns: map({}, { namespace: text, labels: textMap }),
      peerCidrs: list(text),
      clusterDomain: text,
    },
  ),
  snapshots: map(
    {},
    {
      cron: text,
      drillCron: text,
      retention: map({}, { days: wholeNumber, least: wholeNumber }),
      restoreWhenEmpty: truth,
      s3,
      aws,
    },
  ),
  resolver: map(
    {},
    {
      enabled: truth,
      implementation: oneOf("builtin", "routedns", "heimdall"),
      image: text,
      namespace: text,
      replicas: wholeNumber,
      maxReplicas: wholeNumber,
      targetCpuPercent: wholeNumber,
      upstreams: list(text),
      clients: list(text),
      clientCidrs: list(text),
      clusterIP: text,
      cacheSize: text,
      workers: wholeNumber,
      cpuRequest: text,
      memoryRequest: text,
      memoryLimit: text,
      environment: textMap,
    },
  ),
} as const;

export type SiteKey = keyof typeof siteKeys;
