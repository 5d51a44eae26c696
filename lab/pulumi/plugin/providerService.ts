// Pulumi's ResourceProvider service over a provider of the lab: decodes requests, encodes answers, nothing else.
// Leaves out Invoke (refused by name), Call, Construct, Parameterize, GetSchema, GetMapping, List and Attach.
import * as grpc from "@grpc/grpc-js";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { PartiallyCreated } from "./partiallyCreated";
import { decodeProperties, encodeProperties } from "./propertyValues";
import type { CheckResult, Difference, PropertyChange, ResourceProvider } from "./resourceProvider";
import { plainStatus, unary } from "./server";

const KINDS = messages.PropertyDiff.Kind;
const CHANGE_KINDS: Record<PropertyChange["kind"], Record<PropertyChange["effect"], messages.PropertyDiff.Kind>> = {
  add: { update: KINDS.ADD, replace: KINDS.ADD_REPLACE },
  delete: { update: KINDS.DELETE, replace: KINDS.DELETE_REPLACE },
  update: { update: KINDS.UPDATE, replace: KINDS.UPDATE_REPLACE },
};

export function registerProvider(server: grpc.Server, provider: ResourceProvider): void {
  server.addService(ResourceProviderService, handlers(provider));
}

function handlers(provider: ResourceProvider): grpc.UntypedServiceImplementation {
  return {
    handshake: unary((_request: messages.ProviderHandshakeRequest) => {
      const response = new messages.ProviderHandshakeResponse();
      response.setAcceptSecrets(true);
      return response;
    }),
    getPluginInfo: unary(() => {
      const info = new PluginInfo();
      info.setVersion(provider.version);
      return info;
    }),
    checkConfig: unary((request: messages.CheckRequest) =>
      checkResponse(provider.checkConfig(decodeProperties(request.getNews()))),
    ),
    diffConfig: unary(async (request: messages.DiffRequest) =>
      diffResponse(
        await provider.diffConfig(
          decodeProperties(request.getOldInputs() ?? request.getOlds()),
          decodeProperties(request.getNews()),
        ),
      ),
    ),
    configure: unary((request: messages.ConfigureRequest) => {
      provider.configure(decodeProperties(request.getArgs()));
      const response = new messages.ConfigureResponse();
      response.setAcceptsecrets(true);
      response.setSupportspreview(true);
      return response;
    }),
    invoke: unary((request: messages.InvokeRequest): messages.InvokeResponse => {
      throw new Error(
        `${request.getTok()}: the lab's providers have no functions; use the official plugin for this one`,
      );
    }),
    check: unary(async (request: messages.CheckRequest) => {
      const olds = decodeProperties(request.getOlds());
      return checkResponse(
        await provider.check({
          urn: request.getUrn(),
          type: typeOf(request),
          name: nameOf(request),
          oldInputs: Object.keys(olds).length === 0 ? undefined : olds,
          newInputs: decodeProperties(request.getNews()),
          randomSeed: request.getRandomseed_asU8(),
        }),
      );
    }),
    diff: unary((request: messages.DiffRequest) =>
      diffResponse(
        provider.diff({
          urn: request.getUrn(),
          type: typeOf(request),
          oldInputs: decodeProperties(request.getOldInputs()),
          oldState: decodeProperties(request.getOlds()),
          newInputs: decodeProperties(request.getNews()),
        }),
      ),
    ),
    create: unary(async (request: messages.CreateRequest) => {
      const created = await provider.create({
        urn: request.getUrn(),
        type: typeOf(request),
        run: request.getPreview() ? "preview" : "update",
        timeoutSeconds: timeoutOf(request),
        inputs: decodeProperties(request.getProperties()),
      });
      const response = new messages.CreateResponse();
      response.setId(created.id);
      response.setProperties(encodeProperties(created.state));
      return response;
    }, operationStatus),
    read: unary(async (request: messages.ReadRequest) => {
      const found = await provider.read({
        urn: request.getUrn(),
        type: typeOf(request),
        id: request.getId(),
        inputs: decodeProperties(request.getInputs()),
        state: decodeProperties(request.getProperties()),
      });
      const response = new messages.ReadResponse();
      if (found === undefined) return response;
      response.setId(found.id);
      response.setInputs(encodeProperties(found.inputs));
      response.setProperties(encodeProperties(found.state));
      return response;
    }, operationStatus),
    update: unary(async (request: messages.UpdateRequest) => {
      const state = await provider.update({
        urn: request.getUrn(),
        type: typeOf(request),
        run: request.getPreview() ? "preview" : "update",
        timeoutSeconds: timeoutOf(request),
        id: request.getId(),
        oldInputs: decodeProperties(request.getOldInputs()),
        oldState: decodeProperties(request.getOlds()),
        newInputs: decodeProperties(request.getNews()),
      });
      const response = new messages.UpdateResponse();
      response.setProperties(encodeProperties(state));
      return response;
    }, operationStatus),
    delete: unary(async (request: messages.DeleteRequest) => {
      await provider.delete({
        urn: request.getUrn(),
        type: typeOf(request),
        id: request.getId(),
        inputs: decodeProperties(request.getOldInputs()),
        state: decodeProperties(request.getProperties()),
        timeoutSeconds: timeoutOf(request),
      });
      return new Empty();
    }, operationStatus),
    cancel: unary(() => {
      provider.cancel();
      return new Empty();
    }),
  };
}

/** `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`; older engines send the URN alone. */
function typeOf(request: { getType(): string; getUrn(): string }): string {
  return request.getType() || (request.getUrn().split("::")[2] ?? "").split("$").slice(-1).join("");
}

function nameOf(request: { getName(): string; getUrn(): string }): string {
  return request.getName() || request.getUrn().split("::").slice(3).join("::");
}

function timeoutOf(request: { getTimeout(): number }): number | undefined {
  const seconds = request.getTimeout();
  return seconds > 0 ? seconds : undefined;
}

function checkResponse({ inputs, failures }: CheckResult): messages.CheckResponse {
  const response = new messages.CheckResponse();
  response.setInputs(encodeProperties(inputs));
  for (const { property, reason } of failures) {
    const failure = new messages.CheckFailure();
    failure.setProperty(property);
    failure.setReason(reason);
    response.addFailures(failure);
  }
  return response;
}

function diffResponse({ changes, replacement }: Difference): messages.DiffResponse {
  const { DIFF_NONE, DIFF_SOME } = messages.DiffResponse.DiffChanges;
  const response = new messages.DiffResponse();
  response.setChanges(changes.length === 0 ? DIFF_NONE : DIFF_SOME);
  response.setHasdetaileddiff(true);
  // The engine's summary of a change knows whole properties only.
  response.setDiffsList([...new Set(changes.map(({ path }) => path.split(/[.[]/, 1)[0] ?? path))]);
  for (const { path, kind, effect } of changes) {
    if (effect === "replace") response.addReplaces(path);
    const change = new messages.PropertyDiff();
    change.setKind(CHANGE_KINDS[kind][effect]);
    change.setInputdiff(kind === "delete");
    response.getDetaileddiffMap().set(path, change);
  }
  response.setDeletebeforereplace(response.getReplacesList().length > 0 && replacement === "delete first");
  return response;
}

/** A partly created object travels as a detail of the error; any other error is its message. */
function operationStatus(error: unknown): Partial<grpc.StatusObject> {
  if (!(error instanceof PartiallyCreated)) return plainStatus(error);
  const detail = new messages.ErrorResourceInitFailed();
  detail.setId(error.id);
  detail.setProperties(encodeProperties(error.state));
  detail.setInputs(encodeProperties(error.inputs));
  detail.setReasonsList([...error.reasons]);
  const any = new Any();
  any.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = new Status();
  status.setCode(grpc.status.UNKNOWN);
  status.setMessage(error.message);
  status.addDetails(any);
  const metadata = new grpc.Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return { code: grpc.status.UNKNOWN, details: error.message, metadata };
}
