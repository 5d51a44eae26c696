import type { Deployment } from "./model/deployment";
import { protectedNamespaces } from "./network/protectedNamespaces";
import type { Family } from "./rule";

const STORAGE = /^aws(-native)?:(s3|iam)/;

/** Whether a deployment has anything of the kind that the rules of a family are about. */
export function applies(family: Family, { stacks }: Deployment): boolean {
  if (family === "storage") return stacks.some(({ resources }) => resources.some(({ type }) => STORAGE.test(type)));
  return stacks.some((stack) => stack.unreadCaches.length > 0 || protectedNamespaces(stack).length > 0);
}
