import { array, at, dig, mutant, object, places, type Mutant, type World } from "./world";
import type { Draft, Json, Props } from "../fixtures/site";

/** Opens the snapshots, or lets them be lost. */
export function storageMutants(world: World): Mutant[] {
  const found: Mutant[] = [];
  const each = (kind: string, what: string, change: (props: Props, all: Draft[], place: number) => void): void => {
    for (const place of places(world, kind))
      found.push(
        mutant(world, `${place.resource.name}: ${what}`, "storage", (all) =>
          change(at(all, place.at).props, all, place.at),
        ),
      );
  };
  for (const kind of [
    "BucketPublicAccessBlock",
    "BucketServerSideEncryptionConfiguration",
    "BucketVersioning",
    "BucketPolicy",
  ]) {
    each(kind, "dropped", (_, all, place) => void all.splice(place, 1));
    each(kind, "for another bucket", (props) => void (props["bucket"] = "another"));
  }
  for (const key of ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"]) {
    each("BucketPublicAccessBlock", `${key} off`, (props) => void (props[key] = false));
    each("BucketPublicAccessBlock", `${key} left out`, (props) => void delete props[key]);
  }
  each("BucketServerSideEncryptionConfiguration", "no rules", (props) => void (props["rules"] = []));
  each(
    "BucketServerSideEncryptionConfiguration",
    "an algorithm that is none",
    (props) => void (props["rules"] = [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "rot13" } }]),
  );
  for (const status of ["Suspended", "Disabled", ""])
    each(
      "BucketVersioning",
      `status "${status}"`,
      (props) => void (object(props, "versioningConfiguration")["status"] = status),
    );
  found.push(...tlsMutants(world), ...rightsMutants(world));
  return found;
}

/** Changes the statements of a policy, wherever it is one text. */
function editPolicies(
  world: World,
  kind: string,
  what: string,
  change: (statements: Props[], document: Props) => void,
): Mutant[] {
  return places(world, kind).map((place) =>
    mutant(world, `${place.resource.name}: ${what}`, "storage", (all) => {
      const { props } = at(all, place.at);
      const document = JSON.parse(String(props["policy"])) as Props;
      change(
        array(document, "Statement").map((each) => object(each)),
        document,
      );
      props["policy"] = JSON.stringify(document);
    }),
  );
}

function tlsMutants(world: World): Mutant[] {
  const edit = (what: string, change: (statement: Props, document: Props) => void): Mutant[] =>
    editPolicies(world, "BucketPolicy", what, (statements, document) =>
      statements.forEach((each) => change(each, document)),
    );
  return [
    ...edit("allows instead", (own) => void (own["Effect"] = "Allow")),
    ...edit("no condition", (own) => void delete own["Condition"]),
    ...edit("denies those with TLS", (own) => void (own["Condition"] = { Bool: { "aws:SecureTransport": "true" } })),
    ...edit(
      "a further condition",
      (own) => void (object(own, "Condition")["StringEquals"] = { "aws:PrincipalTag/team": "x" }),
    ),
    ...edit(
      "another key of the condition",
      (own) => void (own["Condition"] = { Bool: { "aws:ViaAWSService": "false" } }),
    ),
    ...edit("one user only", (own) => void (own["Principal"] = { AWS: "arn:aws:iam::111122223333:user/x" })),
    ...edit("reading only", (own) => void (own["Action"] = "s3:GetObject")),
    ...edit("all but some actions", (own) => {
      delete own["Action"];
      own["NotAction"] = "s3:PutObject";
    }),
    ...edit(
      "the objects only",
      (own) => void (own["Resource"] = array(own, "Resource").filter((arn) => String(arn).endsWith("/*"))),
    ),
    ...edit(
      "the bucket only",
      (own) => void (own["Resource"] = array(own, "Resource").filter((arn) => !String(arn).endsWith("/*"))),
    ),
    ...edit(
      "one folder only",
      (own) => void (own["Resource"] = array(own, "Resource").map((arn) => String(arn).replace(/\/\*$/, "/public/*"))),
    ),
    ...edit("another bucket's", (own) => void (own["Resource"] = ["arn:aws:s3:::another", "arn:aws:s3:::another/*"])),
    ...edit("no statement", (_, document) => void (document["Statement"] = [])),
    ...places(world, "BucketPolicy").map((place) =>
      mutant(
        world,
        `${place.resource.name}: no JSON`,
        "storage",
        (all) => void (at(all, place.at).props["policy"] = "TLS, please"),
      ),
    ),
  ];
}

function rightsMutants(world: World): Mutant[] {
  const kinds = ["RolePolicy", "Policy", "UserPolicy"].filter((kind) =>
    places(world, kind).some(({ resource }) => resource.type.startsWith("aws:iam/")),
  );
  return kinds.flatMap((kind) => {
    const edit = (what: string, change: (statements: Props[], document: Props) => void): Mutant[] =>
      editPolicies(world, kind, what, change);
    const actionsOf = (statement: Props): Json[] =>
      Array.isArray(statement["Action"]) ? statement["Action"] : [dig(statement, "Action")];
    const first =
      (change: (own: Props) => void) =>
      (statements: Props[]): void =>
        change(object(statements[0] ?? null));
    const last =
      (change: (own: Props) => void) =>
      (statements: Props[]): void =>
        change(object(statements.at(-1) ?? null));
    const found: Mutant[] = [];
    for (const action of [
      "s3:*",
      "*",
      "s3:Get*",
      "s3:DeleteBucket",
      "s3:PutBucketPolicy",
      "s3:PutObjectAcl",
      "s3:GetObjectVersion",
      "s3:DeleteObjectVersion",
      "s3:PutLifecycleConfiguration",
      "s3:ListAllMyBuckets",
      "S3:BypassGovernanceRetention",
    ]) {
      found.push(
        ...edit(
          `${action} besides`,
          last((own) => void (own["Action"] = [...actionsOf(own), action])),
        ),
      );
      found.push(
        ...edit(
          `${action} in a statement of its own`,
          (statements, document) =>
            void (document["Statement"] = [...statements, { Effect: "Allow", Action: action, Resource: "*" }]),
        ),
      );
    }
    for (const action of ["s3:ListBucket", "s3:GetBucketLocation", "s3:GetObject", "s3:PutObject", "s3:DeleteObject"]) {
      found.push(
        ...edit(`without ${action}`, (statements) =>
          statements.forEach((own) => void (own["Action"] = actionsOf(own).filter((each) => each !== action))),
        ),
      );
    }
    for (const arn of [
      "*",
      "arn:aws:s3:::*",
      "arn:aws:s3:::*/*",
      "arn:aws:s3:::another/*",
      "arn:aws:s3:::cache-snapshots-*",
    ]) {
      found.push(
        ...edit(
          `on ${arn}`,
          first((own) => void (own["Resource"] = arn)),
        ),
        ...edit(
          `its objects on ${arn}`,
          last((own) => void (own["Resource"] = arn)),
        ),
      );
    }
    found.push(
      ...edit(
        "all but one action",
        last((own) => {
          delete own["Action"];
          own["NotAction"] = ["s3:DeleteBucket"];
        }),
      ),
    );
    found.push(
      ...edit(
        "all but one bucket",
        last((own) => {
          delete own["Resource"];
          own["NotResource"] = ["arn:aws:s3:::another"];
        }),
      ),
    );
    return found;
  });
}
