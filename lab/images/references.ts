/** The lab's images. No registry is behind these names: what is not imported is not to be had. */
export const IMAGES = {
  pause: "lab.local/pause:1",
  coredns: "lab.local/coredns:1.15.0",
  redis: "lab.local/redis:7.0.15",
  haproxy: "lab.local/haproxy:2.6",
  node: "lab.local/node:20",
  /** Only in a lab that was started with DRAGONFLY_BINARY. */
  dragonfly: "lab.local/dragonfly:local",
} as const;
