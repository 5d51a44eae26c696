import {
  CreateAccessKeyCommand, CreateRoleCommand, CreateUserCommand, DeleteAccessKeyCommand, DeleteRoleCommand, DeleteRolePolicyCommand, DeleteUserCommand, DeleteUserPolicyCommand,
  GetRoleCommand, GetRolePolicyCommand, GetUserCommand, GetUserPolicyCommand, ListAccessKeysCommand, PutRolePolicyCommand, PutUserPolicyCommand, UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { sameDocument, textOf, unlessGone, type Kind } from "./kind";

export const user: Kind = {
  fixed: ["name"],
  required: ["name"],
  optional: ["path"],
  outputs: { arn: "plain" },
  async put({ iam }, inputs, isNew) {
    const UserName = textOf(inputs, "name");
    const { User } = isNew ? await iam.send(new CreateUserCommand({ UserName })) : await iam.send(new GetUserCommand({ UserName }));
    return { id: UserName, outputs: { arn: User?.Arn ?? "" } };
  },
  read: async ({ iam }, id, inputs) => ((await unlessGone(iam.send(new GetUserCommand({ UserName: id })))) === undefined ? undefined : { ...inputs, name: id }),
  remove: async ({ iam }, id) => void (await unlessGone(iam.send(new DeleteUserCommand({ UserName: id })))),
};

export const role: Kind = {
  fixed: ["name"],
  required: ["name", "assumeRolePolicy"],
  optional: ["path"],
  outputs: { arn: "plain" },
  async put({ iam }, inputs, isNew) {
    const RoleName = textOf(inputs, "name");
    const PolicyDocument = textOf(inputs, "assumeRolePolicy");
    if (!isNew) await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
    const { Role } = isNew ? await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: PolicyDocument })) : await iam.send(new GetRoleCommand({ RoleName }));
    return { id: RoleName, outputs: { arn: Role?.Arn ?? "" } };
  },
  async read({ iam }, id, inputs) {
    const found = await unlessGone(iam.send(new GetRoleCommand({ RoleName: id })));
    if (found === undefined) return undefined;
    const document = decodeURIComponent(found.Role?.AssumeRolePolicyDocument ?? "null");
    return { ...inputs, name: id, assumeRolePolicy: sameDocument(textOf(inputs, "assumeRolePolicy") || "null", document) };
  },
  remove: async ({ iam }, id) => void (await unlessGone(iam.send(new DeleteRoleCommand({ RoleName: id })))),
};

const nameIn = (id: string): string => id.slice(id.indexOf(":") + 1);

export const userPolicy: Kind = {
  fixed: ["name", "user"],
  required: ["name", "user", "policy"],
  optional: [],
  async put({ iam }, inputs) {
    const [UserName, PolicyName] = [textOf(inputs, "user"), textOf(inputs, "name")];
    await iam.send(new PutUserPolicyCommand({ UserName, PolicyName, PolicyDocument: textOf(inputs, "policy") }));
    return { id: `${UserName}:${PolicyName}` };
  },
  async read({ iam }, id, inputs) {
    const found = await unlessGone(iam.send(new GetUserPolicyCommand({ UserName: textOf(inputs, "user"), PolicyName: nameIn(id) })));
    return found === undefined ? undefined : { ...inputs, policy: sameDocument(textOf(inputs, "policy"), decodeURIComponent(found.PolicyDocument ?? "null")) };
  },
  remove: async ({ iam }, id, inputs) => void (await unlessGone(iam.send(new DeleteUserPolicyCommand({ UserName: textOf(inputs, "user"), PolicyName: nameIn(id) })))),
};

export const rolePolicy: Kind = {
  fixed: ["name", "role"],
  required: ["name", "role", "policy"],
  optional: [],
  async put({ iam }, inputs) {
    const [RoleName, PolicyName] = [textOf(inputs, "role"), textOf(inputs, "name")];
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: textOf(inputs, "policy") }));
    return { id: `${RoleName}:${PolicyName}` };
  },
  async read({ iam }, id, inputs) {
    const found = await unlessGone(iam.send(new GetRolePolicyCommand({ RoleName: textOf(inputs, "role"), PolicyName: nameIn(id) })));
    return found === undefined ? undefined : { ...inputs, policy: sameDocument(textOf(inputs, "policy"), decodeURIComponent(found.PolicyDocument ?? "null")) };
  },
  remove: async ({ iam }, id, inputs) => void (await unlessGone(iam.send(new DeleteRolePolicyCommand({ RoleName: textOf(inputs, "role"), PolicyName: nameIn(id) })))),
};

export const accessKey: Kind = {
  fixed: ["user"],
  required: ["user"],
  optional: [],
  outputs: { secret: "secret" },
  async put({ iam }, inputs, isNew) {
    if (!isNew) throw new Error("an access key cannot be changed");
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: textOf(inputs, "user") }));
    return { id: AccessKey?.AccessKeyId ?? "", outputs: { secret: AccessKey?.SecretAccessKey ?? "" } };
  },
  async read({ iam }, id, inputs) {
    const found = await unlessGone(iam.send(new ListAccessKeysCommand({ UserName: textOf(inputs, "user") })));
    return found?.AccessKeyMetadata?.some(({ AccessKeyId }) => AccessKeyId === id) === true ? inputs : undefined;
  },
  remove: async ({ iam }, id, inputs) => void (await unlessGone(iam.send(new DeleteAccessKeyCommand({ UserName: textOf(inputs, "user"), AccessKeyId: id })))),
};
