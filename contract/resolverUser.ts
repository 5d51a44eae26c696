/** How DNS resolvers use the cache: the user that they log in as, the beginning of its keys, and its channel. */
export const RESOLVER_USER = "heimdall";
export const RESOLVER_PREFIX = "heimdall:dns:cache";

/**
 * Pub/sub channel on which replicas tell each other what to forget. Beside the keys, so that one pattern covers both.
 */
export const invalidationChannel = (prefix: string): string => `${prefix}:invalidate`;
