import * as iam from "@aws-sdk/client-iam";
import { unlessGone } from "./clients";
import { text, type AwsKind } from "./kind";

/** IAM gives policies as they stand in a URL. */
const document = (encoded: string | undefined): string => decodeURIComponent(encoded ?? "");

const role: AwsKind = {
  inputs: ["name", "assumeRolePolicy"],
  required: ["name", "assumeRolePolicy"],
  identity: ["name"],
  computed: ["arn"],
  toldOnce: [],
  async create({ iam: client }, inputs) {
    const id = text(inputs, "name");
    await client.send(
      new iam.CreateRoleCommand({ RoleName: id, AssumeRolePolicyDocument: text(inputs, "assumeRolePolicy") }),
    );
    return { id };
  },
  async read({ iam: client }, id) {
    const found = (await unlessGone(client.send(new iam.GetRoleCommand({ RoleName: id }))))?.Role;
    return found === undefined
      ? undefined
      : { name: id, assumeRolePolicy: document(found.AssumeRolePolicyDocument), arn: found.Arn ?? "" };
  },
  async update({ iam: client }, id, inputs) {
    await client.send(
      new iam.UpdateAssumeRolePolicyCommand({ RoleName: id, PolicyDocument: text(inputs, "assumeRolePolicy") }),
    );
  },
  async delete({ iam: client }, id) {
    await unlessGone(client.send(new iam.DeleteRoleCommand({ RoleName: id })));
  },
};

const user: AwsKind = {
  inputs: ["name"],
  required: ["name"],
  identity: ["name"],
  computed: ["arn"],
  toldOnce: [],
  async create({ iam: client }, inputs) {
    const id = text(inputs, "name");
    await client.send(new iam.CreateUserCommand({ UserName: id }));
    return { id };
  },
  async read({ iam: client }, id) {
    const found = (await unlessGone(client.send(new iam.GetUserCommand({ UserName: id }))))?.User;
    return found === undefined ? undefined : { name: id, arn: found.Arn ?? "" };
  },
  async update() {},
  async delete({ iam: client }, id) {
    await unlessGone(client.send(new iam.DeleteUserCommand({ UserName: id })));
  },
};

interface Holder {
  /** The input that names who has the policy. */
  readonly holder: "role" | "user";
  put(client: iam.IAMClient, holder: string, name: string, policy: string): Promise<unknown>;
  get(client: iam.IAMClient, holder: string, name: string): Promise<string | undefined>;
  remove(client: iam.IAMClient, holder: string, name: string): Promise<unknown>;
}

/** "HOLDER:NAME", as the official provider has it. */
function parts(id: string): [holder: string, name: string] {
  const [holder = "", name = ""] = id.split(":");
  return [holder, name];
}

const inlinePolicy = ({ holder, put, get, remove }: Holder): AwsKind => ({
  inputs: ["name", holder, "policy"],
  required: ["name", holder, "policy"],
  identity: ["name", holder],
  computed: [],
  toldOnce: [],
  async create({ iam: client }, inputs) {
    const [who, name] = [text(inputs, holder), text(inputs, "name")];
    await put(client, who, name, text(inputs, "policy"));
    return { id: `${who}:${name}` };
  },
  async read({ iam: client }, id) {
    const [who, name] = parts(id);
    const encoded = await unlessGone(get(client, who, name));
    return encoded === undefined ? undefined : { name, [holder]: who, policy: document(encoded) };
  },
  async update({ iam: client }, id, inputs) {
    await put(client, ...parts(id), text(inputs, "policy"));
  },
  async delete({ iam: client }, id) {
    await unlessGone(remove(client, ...parts(id)));
  },
});

const rolePolicy = inlinePolicy({
  holder: "role",
  put: (client, RoleName, PolicyName, PolicyDocument) =>
    client.send(new iam.PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument })),
  get: async (client, RoleName, PolicyName) =>
    (await client.send(new iam.GetRolePolicyCommand({ RoleName, PolicyName }))).PolicyDocument,
  remove: (client, RoleName, PolicyName) => client.send(new iam.DeleteRolePolicyCommand({ RoleName, PolicyName })),
});

const userPolicy = inlinePolicy({
  holder: "user",
  put: (client, UserName, PolicyName, PolicyDocument) =>
    client.send(new iam.PutUserPolicyCommand({ UserName, PolicyName, PolicyDocument })),
  get: async (client, UserName, PolicyName) =>
    (await client.send(new iam.GetUserPolicyCommand({ UserName, PolicyName }))).PolicyDocument,
  remove: (client, UserName, PolicyName) => client.send(new iam.DeleteUserPolicyCommand({ UserName, PolicyName })),
});

const accessKey: AwsKind = {
  inputs: ["user"],
  required: ["user"],
  identity: ["user"],
  computed: [],
  toldOnce: ["secret"],
  async create({ iam: client }, inputs) {
    const { AccessKey } = await client.send(new iam.CreateAccessKeyCommand({ UserName: text(inputs, "user") }));
    return { id: AccessKey?.AccessKeyId ?? "", told: { secret: AccessKey?.SecretAccessKey ?? "" } };
  },
  async read({ iam: client }, id, state) {
    const who = state["user"];
    if (typeof who !== "string") throw new Error("an access key cannot be imported: its secret is told once only");
    const keys = await unlessGone(client.send(new iam.ListAccessKeysCommand({ UserName: who })));
    return keys?.AccessKeyMetadata?.some(({ AccessKeyId }) => AccessKeyId === id) === true ? { user: who } : undefined;
  },
  async update() {},
  async delete({ iam: client }, id, state) {
    await unlessGone(client.send(new iam.DeleteAccessKeyCommand({ UserName: text(state, "user"), AccessKeyId: id })));
  },
};

export const iamKinds: Readonly<Record<string, AwsKind>> = {
  "aws:iam/role:Role": role,
  "aws:iam/rolePolicy:RolePolicy": rolePolicy,
  "aws:iam/user:User": user,
  "aws:iam/userPolicy:UserPolicy": userPolicy,
  "aws:iam/accessKey:AccessKey": accessKey,
};
