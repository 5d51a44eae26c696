import { problemIf, type Problem } from "../problems";
import { resolverImage } from "../settings/resolver";
import type { SiteSettings } from "../settings/site";

const DIGEST = /@sha256:[0-9a-f]{64}$/;
const withoutDigest = (image: string): string => image.replace(/@.*$/, "");

/**
 * Note 1: Dragonfly v1.36 starts empty instead of loading its dump. An image without a version in its tag is taken at
 * its word.
 */
function checkVersion(image: string): readonly Problem[] {
  const version = /:v?(\d+)\.(\d+)/.exec(withoutDigest(image));
  if (version === null) return [];
  const [major, minor] = [Number(version[1]), Number(version[2])];
  return problemIf(major < 1 || (major === 1 && minor < 37), {
    key: "server.image",
    besides: ["server.engine"],
    problem: `Dragonfly v${major}.${minor} does not load the dumps that it saves`,
    remedy: "use v1.37 or later",
  });
}

/** A tag can be moved to another image between two restarts; a digest cannot. */
const checkDigest = (key: string, image: string): readonly Problem[] =>
  problemIf(!DIGEST.test(image), {
    key,
    besides: ["environment"],
    problem: "production wants its digest",
    remedy:
      `append what this prints: docker buildx imagetools inspect ${withoutDigest(image)}` +
      " --format '{{.Manifest.Digest}}'",
  });

export function checkImages({ environment, server, gateway, guard, resolver }: SiteSettings): readonly Problem[] {
  const ofResolver = resolver.enabled ? resolverImage(resolver) : undefined;
  const images = {
    "server.image": server.image,
    "gateway.image": gateway.image,
    "guard.image": guard.image,
    ...(ofResolver === undefined ? {} : { "resolver.image": ofResolver }),
  };
  return [
    ...(environment === "lab" ? [] : Object.entries(images).flatMap(([key, image]) => checkDigest(key, image))),
    ...problemIf(resolver.enabled && ofResolver === undefined, {
      key: "resolver.image",
      besides: ["resolver.implementation"],
      problem: `is missing: there is no default for ${resolver.implementation}`,
      remedy: 'write "NAME:TAG@sha256:DIGEST"',
    }),
    ...(server.engine === "dragonfly" ? checkVersion(server.image) : []),
  ];
}
