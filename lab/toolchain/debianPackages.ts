/**
 * What the lab takes from Debian: programs, and the shared libraries of theirs that a small installation may lack.
 * The C library and the loader are the machine's own; everything else of the machine's is used when it is not here.
 */
export const DEBIAN_PROGRAMS = [
  "containerd",
  "runc",
  "redis-tools",
  "haproxy",
  "nftables",
  "iproute2",
  "busybox-static",
  "bind9-dnsutils",
] as const;

export const DEBIAN_LIBRARIES = [
  // nft
  "libnftables1",
  "libnftnl11",
  "libmnl0",
  "libjansson4",
  "libedit2",
  "libbsd0",
  "libmd0",
  "libxtables12",
  "libgmp10",
  // runc
  "libseccomp2",
  // redis
  "libatomic1",
  "libjemalloc2",
  "liblzf1",
  // haproxy
  "liblua5.3-0",
  "libopentracing1",
  "libopentracing-c-wrapper0",
  "libpcre2-8-0",
  // ip
  "libbpf1",
  "libelf1",
  "libcap2",
  // dig
  "bind9-libs",
  "libuv1",
  "libidn2-0",
  "libunistring2",
  "libprotobuf-c1",
  "libfstrm0",
  "libjson-c5",
  "liblmdb0",
  "libmaxminddb0",
  "libnghttp2-14",
  "libkrb5-3",
  "libkrb5support0",
  "libk5crypto3",
  "libgssapi-krb5-2",
  "libkeyutils1",
  "libxml2",
  "libicu72",
] as const;

/**
 * Every program that must run from the cache; checked for libraries that are not to be had.
 * The Redis server is redis-check-rdb under another name; the package redis-server has only a link to it.
 */
export const DEBIAN_COMMANDS = [
  "containerd",
  "containerd-shim-runc-v2",
  "ctr",
  "runc",
  "redis-cli",
  "redis-check-rdb",
  "haproxy",
  "nft",
  "ip",
  "busybox",
  "dig",
] as const;

/** What is fetched, unpacked and checked together. */
export interface DebianSelection {
  readonly packages: readonly string[];
  readonly commands: readonly DebianCommand[];
}

/** For bench/resolver only: the lab does without it. */
const BENCH_COMMANDS = ["dnsperf"] as const;
/** For the tests of alerts, and the Prometheus beside the lab's clusters. */
const MONITORING_COMMANDS = ["prometheus", "promtool"] as const;
export type DebianCommand =
  (typeof DEBIAN_COMMANDS)[number] | (typeof BENCH_COMMANDS)[number] | (typeof MONITORING_COMMANDS)[number];

export const LAB_SELECTION: DebianSelection = {
  packages: [...DEBIAN_PROGRAMS, ...DEBIAN_LIBRARIES],
  commands: DEBIAN_COMMANDS,
};
export const BENCH_SELECTION: DebianSelection = {
  packages: ["dnsperf", "libldns3", "libnghttp2-14", "libssl3"],
  commands: BENCH_COMMANDS,
};
export const MONITORING_SELECTION: DebianSelection = { packages: ["prometheus"], commands: MONITORING_COMMANDS };
