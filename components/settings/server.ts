import type { ServerConfig } from "../../server/flags";
import { group, optional, withDefault } from "../catalogue/fields";
import type { SettingsOf } from "../catalogue/node";
import { boolean, list, oneOf, text, wholeNumber } from "../catalogue/values";
import { images } from "./images";
import { cores, image, kubernetesSize, size, storageClassName } from "./kinds";

const storage = group(
  "Storage",
  { doc: "The volume for dumps. It belongs to the volume claim, which Kubernetes does not change.", effect: "fixed" },
  {
    size: withDefault(kubernetesSize, {
      default: "5Gi",
      doc: "Size of the volume. It must hold a dump of maxmemory; three times that is better.",
      example: "20Gi",
    }),
    className: optional(storageClassName, {
      doc: "Storage class of the volume. Not given: the cluster's default class.",
      example: "gp3",
    }),
  },
);

const slowlog = group(
  "Slowlog",
  { doc: "The server's log of slow commands." },
  {
    thresholdMicroseconds: withDefault(wholeNumber(0, 3_600_000_000), {
      default: 10_000,
      doc: "A command that takes at least this many microseconds is logged.",
    }),
    maxLength: withDefault(wholeNumber(0, 100_000), {
      default: 128,
      doc: "Number of entries that are kept; on Dragonfly, of each thread.",
    }),
  },
);

export const server = group(
  "Server",
  { doc: "The server of a site.", effect: "replace the pod" },
  {
    engine: withDefault(oneOf("dragonfly", "redis"), {
      default: "dragonfly",
      doc:
        "The server's program; redis stands for Redis and Valkey. All sites run the same one: the two cannot" +
        " replicate to each other.",
      effect: "data",
    }),
    image: withDefault(image, {
      default: images.dragonfly,
      defaultShown: "Dragonfly's official image",
      doc:
        "Image of the server. Dragonfly must be v1.37 or later; environment production wants the image with its" +
        " digest.",
    }),
    threads: withDefault(wholeNumber(1, 1024), {
      default: 2,
      doc: "Dragonfly's proactor threads, or Redis' I/O threads.",
      example: 4,
    }),
    maxmemory: withDefault(size, {
      default: "512mb",
      doc: "Memory for data: at most 75 % of memoryLimit, and on Dragonfly at least threads × 256Mi.",
      example: "2gb",
    }),
    cacheMode: withDefault(boolean, {
      default: true,
      doc: "true: the least used keys make room when maxmemory is reached. false: writes are refused then.",
    }),
    cpuRequest: withDefault(cores, { default: "100m", doc: "CPU request of the container.", example: "1" }),
    cpuLimit: optional(cores, {
      doc: "CPU limit of the container. Before v1.38 Dragonfly takes its number of threads from it.",
      example: "4",
    }),
    memoryRequest: withDefault(kubernetesSize, {
      default: "256Mi",
      doc: "Memory request of the container: the memory that the scheduler sets aside, which may be under maxmemory.",
      example: "2Gi",
    }),
    memoryLimit: withDefault(kubernetesSize, {
      default: "1Gi",
      doc: "Memory limit of the container. The share above maxmemory is for connections, replication and dumps.",
      example: "3Gi",
    }),
    storage,
    slowlog,
    bullmq: withDefault(oneOf("off", "undeclared-keys", "hashtags"), {
      default: ({ engine }) => (engine === "redis" ? "off" : "undeclared-keys"),
      defaultShown: "undeclared-keys; off for redis",
      doc:
        "How Dragonfly runs BullMQ's scripts. undeclared-keys: queues may have any name, and each script locks the" +
        " whole store. hashtags: scripts run in parallel, and each queue is named with a hash tag such as {mail}.",
      example: "hashtags",
    }),
    extraArgs: withDefault(list(text), {
      default: [],
      doc: "Further flags of the server. A flag that the program or its guard sets is refused.",
      example: ["--maxclients=20000"],
    }),
  },
);

export type ServerSettings = SettingsOf<typeof server>;

export const serverConfig = ({ cacheMode, ...rest }: ServerSettings): ServerConfig => ({
  ...rest,
  eviction: cacheMode ? "evict" : "refuse",
});
