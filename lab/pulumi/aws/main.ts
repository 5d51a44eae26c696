import { registerProvider } from "../plugin/providerService";
import { servePlugin } from "../plugin/server";
import { AwsProvider } from "./provider";

servePlugin((server) => registerProvider(server, new AwsProvider()));
