import { violation, type Rule } from "../../rule";
import { eachCacheStack } from "../each";
import { hasDigest, runningImages, tagOf } from "./images";

export const imageTag: Rule = {
  name: "server-image-tag",
  family: "server",
  level: "mandatory",
  severity: "high",
  description: "Every image beside a cache names its version: no latest, no tag left out.",
  reads: "images of every pod in a namespace with a cache or a resolver, of operators' resources and charts",
  remedy: "Write the version as the tag, and in production the digest after it.",
  link: "https://kubernetes.io/docs/concepts/containers/images/#image-names",
  configSchema: {},
  judge: (deployment) =>
    eachCacheStack(deployment, function* (stack) {
      for (const { resource, container, image } of runningImages(stack)) {
        const subject = { resource, part: `container ${container}` };
        const tag = tagOf(image);
        if (tag === "latest")
          yield violation(subject, `container ${container} runs the tag latest`, { config: [container, "image"] });
        else if (tag === undefined && !hasDigest(image))
          yield violation(subject, `container ${container} runs an image without a tag`, {
            config: [container, "image"],
          });
      }
    }),
};
