import type { Problem } from "../problems";
import type { SiteSettings } from "../settings/site";

const DIGEST = /@sha256:[0-9a-f]{64}$/;

/**
 * Note 1: v1.36 starts empty instead of loading its dump. An image without a version in its tag is taken at its word.
 */
function checkVersion(image: string): readonly Problem[] {
  const version = /:v?(\d+)\.(\d+)/.exec(image.replace(/@.*$/, ""));
  if (version === null) return [];
  const [major, minor] = [Number(version[1]), Number(version[2])];
  return major > 1 || (major === 1 && minor >= 37)
    ? []
    : [
        {
          key: "server.image",
          problem: `Dragonfly v${major}.${minor} does not load the dumps that it saves`,
          remedy: "use v1.37 or later",
        },
      ];
}

/** A tag can be moved to another image between two restarts; a digest cannot. */
export function checkImages({ environment, server, gateway, guard, resolver }: SiteSettings): readonly Problem[] {
  const images = [
    ["server.image", server.image],
    ["gateway.image", gateway.image],
    ["guard.image", guard.image],
    ...(resolver.enabled ? [["resolver.image", resolver.image] as const] : []),
  ] as const;
  return [
    ...images.flatMap(([key, image]): readonly Problem[] => {
      if (image === "" || /\s/.test(image))
        return [{ key, problem: `"${image}" is no image`, remedy: 'write "NAME:TAG@sha256:DIGEST"' }];
      if (environment === "lab" || DIGEST.test(image)) return [];
      return [
        {
          key,
          problem: "production wants its digest",
          remedy: `append what this prints: docker buildx imagetools inspect ${image.replace(/@.*$/, "")} --format '{{.Manifest.Digest}}'`,
        },
      ];
    }),
    ...(server.engine === "dragonfly" ? checkVersion(server.image) : []),
  ];
}
