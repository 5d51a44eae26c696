import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { specialSecretSig, specialSigKey } from "@pulumi/pulumi/runtime/rpc";
import { isRecord } from "../../server/records";

export interface RecordedResource {
  /** Such as "kubernetes:apps/v1:StatefulSet", or of a component "dragonfly-dr:index:Site". */
  readonly type: string;
  /** The logical name. */
  readonly name: string;
  /** Logical name of its parent; "" for what the stack itself holds. */
  readonly parent: string;
  /** Its inputs, and of the stack itself its outputs; secrets in clear text: render no stack with real ones. */
  readonly props: Readonly<Record<string, unknown>>;
  /** Paths of the inputs that are secret, such as "data.keycloak". */
  readonly secrets: readonly string[];
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
}

/** As far as it is read: the registration that the SDK sends. */
interface Registration {
  getType(): string;
  getName(): string;
  getParent(): string;
  getProtect(): boolean;
  getRetainondelete(): boolean;
  getObject(): { toJavaScript(): Record<string, unknown> } | undefined;
}

interface Outputs {
  getUrn(): string;
  getOutputs(): { toJavaScript(): Record<string, unknown> } | undefined;
}

const STACK = "pulumi:pulumi:Stack";

type Answer = Parameters<MockMonitor["registerResource"]>[1];

/** Records what a program registers, with the options that the SDK's own mock forgets. */
export class RecordingMonitor extends MockMonitor {
  private readonly registrations: RecordedResource[] = [];

  override async registerResource(request: Registration, answer: Answer): Promise<void> {
    const secrets: string[] = [];
    const props = reveal(request.getObject()?.toJavaScript() ?? {}, "", secrets);
    this.registrations.push({
      type: request.getType(),
      name: request.getName(),
      parent: /::([^:]*)$/.exec(request.getParent())?.[1] ?? "",
      props: isRecord(props) ? props : {},
      secrets,
      protect: request.getProtect(),
      retainOnDelete: request.getRetainondelete(),
    });
    return super.registerResource(request, answer);
  }

  /** A stack has no inputs: what it is in the end are its outputs, and policies judge them as such. */
  override registerResourceOutputs(request: Outputs, answer: (error: Error | null, response: object) => void): void {
    const at = this.registrations.findIndex(
      ({ type, name }) => type === STACK && request.getUrn().endsWith(`::${type}::${name}`),
    );
    const stack = this.registrations[at];
    if (stack !== undefined) {
      const secrets: string[] = [];
      const props = reveal(request.getOutputs()?.toJavaScript() ?? {}, "", secrets);
      this.registrations[at] = { ...stack, props: isRecord(props) ? props : {}, secrets };
    }
    super.registerResourceOutputs(request, answer);
  }

  /** By type and name: the order of registration is a matter of chance. */
  recorded(): readonly RecordedResource[] {
    const key = ({ type, name }: RecordedResource): string => `${type} ${name}`;
    return [...this.registrations].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
  }
}

/** The value without the marks of secrets, whose paths are noted. */
function reveal(value: unknown, path: string, secrets: string[]): unknown {
  if (Array.isArray(value)) return value.map((each: unknown, at) => reveal(each, `${path}[${at}]`, secrets));
  if (!isRecord(value)) return value;
  if (value[specialSigKey] === specialSecretSig) {
    secrets.push(path);
    return reveal(value["value"], path, []);
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, reveal(each, path === "" ? key : `${path}.${key}`, secrets)]),
  );
}
