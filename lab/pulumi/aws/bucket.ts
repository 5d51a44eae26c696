import { CreateBucketCommand, DeleteBucketCommand, HeadBucketCommand } from "@aws-sdk/client-s3";
import { textOf, unlessGone, type Kind } from "./kind";

export const bucket: Kind = {
  fixed: ["bucket"],
  required: ["bucket"],
  optional: ["forceDestroy"],
  outputs: { arn: "plain" },
  async put({ s3 }, inputs, isNew) {
    const name = textOf(inputs, "bucket");
    const region = await s3.config.region();
    if (isNew) await s3.send(new CreateBucketCommand({ Bucket: name, ...(region === "us-east-1" ? {} : { CreateBucketConfiguration: { LocationConstraint: region as never } }) }));
    return { id: name, outputs: { arn: `arn:aws:s3:::${name}` } };
  },
  async read({ s3 }, id, inputs) {
    return (await unlessGone(s3.send(new HeadBucketCommand({ Bucket: id })))) === undefined ? undefined : { ...inputs, bucket: id };
  },
  /** One that holds anything is refused by S3 itself. */
  async remove({ s3 }, id) {
    await unlessGone(s3.send(new DeleteBucketCommand({ Bucket: id })));
  },
};
