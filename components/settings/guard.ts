import { group, withDefault } from "../catalogue/fields";
import type { SettingsOf } from "../catalogue/node";
import { oneOf } from "../catalogue/values";
import { images } from "./images";
import { cores, image, kubernetesSize } from "./kinds";

export const guard = group(
  "Guard",
  { doc: "The sidecar that holds the server to its role.", effect: "replace the pod" },
  {
    image: withDefault(image, {
      default: images.node,
      defaultShown: "the official image of Node 20",
      doc: "Image of Node 20 or later, which runs the guard; environment production wants it with its digest.",
    }),
    cpuRequest: withDefault(cores, { default: "20m", doc: "CPU request of the container." }),
    memoryRequest: withDefault(kubernetesSize, { default: "64Mi", doc: "Memory request of the container." }),
    memoryLimit: withDefault(kubernetesSize, { default: "96Mi", doc: "Memory limit of the container." }),
    onPeerUnreachable: withDefault(oneOf("hold", "serve"), {
      default: "hold",
      effect: "at once",
      doc:
        "What a primary does after a restart when no peer answers. hold: it waits for the operator's peer-lost." +
        " serve: it serves.",
      example: "serve",
    }),
    onCrash: withDefault(oneOf("recover", "hold"), {
      default: "recover",
      effect: "at once",
      doc:
        "What a primary does whose server came back with older data than a reachable copy. recover: it takes the data" +
        " from the copy and goes on. hold: it waits for the operator.",
      example: "hold",
    }),
    onSilent: withDefault(oneOf("wait", "end"), {
      default: "wait",
      effect: "at once",
      doc:
        "What a primary does whose server has not answered for 15 s, as with an endless script. wait: nothing." +
        " end: it ends the server's process, which loads its last dump.",
      example: "end",
    }),
  },
);

export type GuardSettings = SettingsOf<typeof guard>;
