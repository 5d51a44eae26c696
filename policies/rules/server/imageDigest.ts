import { declarationFor } from "../../model/declaration";
import { violation, type Rule } from "../../rule";
import { eachCacheStack } from "../each";
import { hasDigest, runningImages } from "./images";

export const imageDigest: Rule = {
  name: "server-image-digest",
  family: "server",
  level: "mandatory",
  severity: "medium",
  description: "In production every image beside a cache is pinned by its digest.",
  reads: "the same images; environment as the site declares it",
  remedy: "Write the digest after the tag (docker buildx imagetools inspect IMAGE prints it), or set environment: lab.",
  link: "https://kubernetes.io/docs/concepts/containers/images/#image-names",
  configSchema: {},
  judge: (deployment) =>
    eachCacheStack(deployment, function* (stack) {
      // A stack that does not say is production.
      if (declarationFor(stack.resources, undefined)?.environment === "lab") return;
      for (const { resource, container, image } of runningImages(stack)) {
        if (hasDigest(image)) continue;
        yield violation(
          { resource, part: `container ${container}` },
          `container ${container} runs an image without a digest`,
          { config: [container, "image"] },
        );
      }
    }),
};
