/**
 * What the lab takes from Debian: programs, and the shared libraries of theirs that a small installation may lack.
 * The C library and the loader are the machine's own; everything else of the machine's is used when it is not here.
 */
export const DEBIAN_PROGRAMS = ["containerd", "runc", "redis-tools", "haproxy", "nftables", "iproute2", "busybox-static"] as const;

export const DEBIAN_LIBRARIES = [
  // nft
  "libnftables1", "libnftnl11", "libmnl0", "libjansson4", "libedit2", "libbsd0", "libmd0", "libxtables12", "libgmp10",
  // runc
  "libseccomp2",
  // redis
  "libatomic1", "libjemalloc2", "liblzf1",
  // haproxy
  "liblua5.3-0", "libopentracing1", "libopentracing-c-wrapper0", "libpcre2-8-0",
  // ip
  "libbpf1", "libelf1", "libcap2",
] as const;

/**
 * Every program that must run from the cache; checked for libraries that are not to be had.
 * The Redis server is redis-check-rdb under another name; the package redis-server has only a link to it.
 */
export const DEBIAN_COMMANDS = [
  "containerd", "containerd-shim-runc-v2", "ctr", "runc", "redis-cli", "redis-check-rdb", "haproxy", "nft", "ip", "busybox",
] as const;
export type DebianCommand = (typeof DEBIAN_COMMANDS)[number];
