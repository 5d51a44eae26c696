import type { Resource } from "../../model/resource";
import type { Stack } from "../../model/stack";
import { text } from "../../model/value";
import { containers, workload } from "../../model/workload";
import { protectedNamespaces } from "../../network/protectedNamespaces";

/** An image that runs in a namespace with a cache. */
export interface RunningImage {
  readonly resource: Resource;
  readonly container: string;
  readonly image: string;
}

/** Of every pod beside a cache, and of caches that an operator or a chart makes. @throws UnknownValue */
export function runningImages(stack: Stack): RunningImage[] {
  const namespaces = protectedNamespaces(stack).map((place) => place.namespace);
  const own = stack.objects.flatMap((object) => {
    const pods = object.namespace !== undefined && namespaces.includes(object.namespace) ? workload(object) : undefined;
    return pods === undefined
      ? []
      : containers(pods.podSpec).map((container) => ({ resource: object.resource, container }));
  });
  const carried = stack.caches
    .filter((cache) => cache.carrier !== "workload")
    .flatMap(({ resource, podSpec, container }) =>
      [container, ...containers(podSpec).filter(({ name }) => name !== container.name)].map((each) => ({
        resource,
        container: each,
      })),
    );
  return [...own, ...carried].flatMap(({ resource, container }): RunningImage[] => {
    const image = text(container.body, "image");
    return image === undefined ? [] : [{ resource, container: container.name, image }];
  });
}

/** The tag of an image; undefined where it has none. */
export function tagOf(image: string): string | undefined {
  const path = image.split("@")[0] ?? "";
  const last = path.slice(path.lastIndexOf("/") + 1);
  const colon = last.indexOf(":");
  return colon < 0 ? undefined : last.slice(colon + 1);
}

export const hasDigest = (image: string): boolean => /@sha256:[0-9a-f]{64}$/.test(image);
