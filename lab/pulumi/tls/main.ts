import { registerProvider } from "../plugin/providerService";
import { servePlugin } from "../plugin/server";
import { TlsProvider } from "./provider";

servePlugin((server) => registerProvider(server, new TlsProvider()));
