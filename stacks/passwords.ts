import * as pulumi from "@pulumi/pulumi";
import { isRecord } from "../server/records";

/** The passwords that another stack owns; the owner never refers to this one, which may not exist yet. */
export function passwordsOf(stack: string): pulumi.Output<Readonly<Record<string, string>>> {
  const passwords: pulumi.Output<unknown> = new pulumi.StackReference(stack).requireOutput("passwords");
  return passwords.apply((value) => {
    if (!isPasswords(value))
      throw new pulumi.RunError(
        `passwordsFrom: the output "passwords" of stack ${stack} is no map of passwords; run "pulumi up" on it first`,
      );
    return value;
  });
}

const isPasswords = (value: unknown): value is Readonly<Record<string, string>> =>
  isRecord(value) && Object.values(value).every((each) => typeof each === "string");
