import type { Resource } from "../../model/resource";
import type { Stack } from "../../model/stack";
import { isList, isMap, peek, type Unknown, type Value } from "../../model/value";
import { statements, words, type Statement } from "./documents";

/** A policy that somebody has, and the resource that gives it. */
export interface GivenPolicy {
  readonly resource: Resource;
  readonly statements: readonly Statement[] | Unknown | undefined;
}

/** Roles, users and groups each with all of their policies; policies that nobody has yet stand together. */
export interface Principal {
  readonly policies: readonly GivenPolicy[];
  /** Managed policies whose content is not known here. */
  readonly unread: readonly GivenPolicy[];
}

const allowing = (actions: readonly string[]): readonly Statement[] => [
  {
    effect: "Allow",
    actions,
    resources: ["*"],
    except: { actions: false, resources: false, principals: false },
    principal: undefined,
    condition: undefined,
  },
];

/** What AWS' own policies allow in S3; others allow nothing there, unless their name speaks of it. */
const MANAGED: ReadonlyMap<string, readonly Statement[]> = new Map([
  ["AdministratorAccess", allowing(["*"])],
  ["PowerUserAccess", allowing(["*"])],
  ["AmazonS3FullAccess", allowing(["s3:*"])],
  ["AmazonElasticMapReduceFullAccess", allowing(["s3:*"])],
  ["AmazonElasticMapReduceRole", allowing(["s3:get*", "s3:list*", "s3:putobject"])],
  ["AmazonElasticMapReduceforEC2Role", allowing(["s3:*"])],
  ["DatabaseAdministrator", allowing(["s3:get*", "s3:list*"])],
  ["DataScientist", allowing(["s3:get*", "s3:list*", "s3:createbucket", "s3:deletebucket"])],
  ["AmazonS3ReadOnlyAccess", allowing(["s3:get*", "s3:list*"])],
  ["ReadOnlyAccess", allowing(["s3:get*", "s3:list*"])],
]);
const MANAGED_ARN = /^arn:[a-z0-9-]+:iam::aws:policy\/(?:[\w+=,.@-]+\/)*([\w+=,.@-]+)$/;
const KINDS = ["role", "user", "group"] as const;

/** Everybody who has an IAM policy of the stack. */
export function principals(stack: Stack): Principal[] {
  const found = new Found(stack);
  for (const resource of stack.resources) found.read(resource);
  return found.done();
}

class Found {
  private readonly byPrincipal = new Map<string, { policies: GivenPolicy[]; unread: GivenPolicy[] }>();
  private readonly byArn = new Map<string, Resource>();
  /** Roles, users and groups by what their policies may call them. */
  private readonly byOwner = new Map<string, Resource>();
  private readonly attached = new Set<Resource>();

  constructor(private readonly stack: Stack) {
    for (const resource of stack.resources) {
      const kind = /^aws:iam\/(role|user|group):(?:Role|User|Group)$/.exec(resource.type)?.[1];
      if (kind !== undefined)
        for (const name of [resource.name, `${resource.name}-id`]) this.byOwner.set(`${kind} ${name}`, resource);
    }
    for (const resource of stack.resources.filter(isPolicy)) {
      const name = peek(resource.props, "name") ?? peek(resource.props, "managedPolicyName");
      const known = [name, resource.name, peek(resource.props, "arn"), `${resource.name}-arn`, `${resource.name}-id`];
      for (const each of known) if (typeof each === "string") this.byArn.set(each, resource);
    }
  }

  read(resource: Resource): void {
    const { type, props } = resource;
    const kind = /^aws:iam\/(role|user|group)(?:Polic|:)/.exec(type)?.[1] ?? "";
    const owner = this.key(kind, peek(props, kind) ?? peek(props, `${kind}Name`) ?? peek(props, "name"), resource);
    if (/^aws:iam\/(role|user|group)Policy:/.test(type))
      this.give(owner, { resource, statements: statements(peek(props, "policy")) });
    else if (/^aws:iam\/(role|user|group)PolicyAttachment:/.test(type))
      this.attach(owner, resource, peek(props, "policyArn"));
    else if (/^aws:iam\/(role|user|group)PolicyAttachmentsExclusive:/.test(type))
      for (const arn of valuesOf(peek(props, "policyArns"))) this.attach(owner, resource, arn);
    else if (/^aws:iam\/policyAttachment:/.test(type)) this.attachAll(resource);
    else if (/^aws(-native)?:iam[/:](role:)?(Role|User|Group)$/.test(type)) this.readOwner(resource);
  }

  done(): Principal[] {
    const loose = this.stack.resources
      .filter((each) => isPolicy(each) && !this.attached.has(each))
      .map((resource) => ({ resource, statements: statements(documentOf(resource)) }));
    return [...this.byPrincipal.values(), ...(loose.length === 0 ? [] : [{ policies: loose, unread: [] }])];
  }

  /** A role, user or group with policies among its own properties. */
  private readOwner(resource: Resource): void {
    const { props } = resource;
    const kind = /(Role|User|Group)$/.exec(resource.type)?.[1]?.toLowerCase() ?? "";
    const name = peek(props, "name") ?? peek(props, `${kind}Name`);
    const owner = this.key(kind, typeof name === "string" ? name : resource.name, resource);
    for (const each of [...valuesOf(peek(props, "inlinePolicies")), ...valuesOf(peek(props, "policies"))]) {
      const document = peek(each, "policy") ?? peek(each, "policyDocument");
      if (document !== undefined) this.give(owner, { resource, statements: statements(document) });
    }
    for (const arn of valuesOf(peek(props, "managedPolicyArns"))) this.attach(owner, resource, arn);
  }

  private attachAll(resource: Resource): void {
    for (const kind of KINDS) {
      for (const name of valuesOf(peek(resource.props, `${kind}s`)))
        this.attach(this.key(kind, name, resource), resource, peek(resource.props, "policyArn"));
    }
  }

  private attach(owner: string, resource: Resource, arn: Value | undefined): void {
    if (typeof arn !== "string") return;
    const own = this.byArn.get(arn) ?? this.byArn.get(arn.slice(arn.lastIndexOf("/") + 1));
    const managed = MANAGED_ARN.exec(arn)?.[1];
    if (managed !== undefined) {
      const known = MANAGED.get(managed);
      if (known !== undefined) this.give(owner, { resource, statements: known });
      else if (managed.includes("S3")) this.of(owner).unread.push({ resource, statements: undefined });
    } else if (own !== undefined) {
      this.attached.add(own);
      this.give(owner, { resource: own, statements: statements(documentOf(own)) });
    }
  }

  /** Roles are called by their name, or in a rendering by the resource's name or id. */
  private key(kind: string, name: Value | undefined, fallback: Resource): string {
    if (typeof name !== "string") return `${kind} of ${fallback.name}`;
    const owner = this.byOwner.get(`${kind} ${name}`);
    const own = owner === undefined ? undefined : peek(owner.props, "name");
    return `${kind} ${typeof own === "string" ? own : name.replace(/-id$/, "")}`;
  }

  private give(owner: string, policy: GivenPolicy): void {
    this.of(owner).policies.push(policy);
  }

  private of(owner: string): { policies: GivenPolicy[]; unread: GivenPolicy[] } {
    const known = this.byPrincipal.get(owner) ?? { policies: [], unread: [] };
    this.byPrincipal.set(owner, known);
    return known;
  }
}

const isPolicy = ({ type }: Resource): boolean =>
  /^aws:iam\/policy:Policy$/.test(type) || type === "aws-native:iam:ManagedPolicy";
const documentOf = ({ props }: Resource): Value | undefined => peek(props, "policy") ?? peek(props, "policyDocument");

const valuesOf = (value: Value | undefined): readonly Value[] =>
  isList(value) ? value : isMap(value) || typeof value === "string" ? [value] : words(value);
