import { booleanFlag, origin, plainFlag } from "../../model/flags";
import { violation, type Rule } from "../../rule";
import { eachCache } from "../each";

const LOOPBACK = ["127.0.0.1", "::1", "localhost"];

/** Traps: the admin port knows no ACL, and /flagz shows and sets flags on the port of the clients. */
export const adminBind: Rule = {
  name: "server-admin-bind",
  family: "server",
  level: "mandatory",
  severity: "critical",
  description: "Dragonfly's admin port is bound to loopback, and the clients' port serves no HTTP.",
  reads: "the server's flags",
  remedy:
    "Start the server with --admin_bind=127.0.0.1 and --primary_port_http_enabled=false, and without --admin_nopass.",
  link: "https://www.dragonflydb.io/docs/managing-dragonfly/flags",
  configSchema: {},
  judge: (deployment) =>
    eachCache(deployment, function* (cache) {
      // The operator speaks to the admin port over the network; there the policies of the network have to close it.
      if (cache.engine !== "dragonfly" || cache.carrier === "Dragonfly") return;
      const subject = { resource: cache.resource };
      const port = plainFlag(cache.flags, "admin_port");
      const bind = plainFlag(cache.flags, "admin_bind");
      if (port !== undefined && port !== "0" && !LOOPBACK.includes(bind ?? ""))
        yield violation(subject, `the admin port is not bound to loopback by ${origin(cache.flags, "admin_bind")}`);
      if (booleanFlag(cache.flags, "admin_nopass") === true)
        yield violation(subject, "admin_nopass: the admin port, which knows no ACL, needs no password either");
      if (booleanFlag(cache.flags, "primary_port_http_enabled") !== false)
        yield violation(
          subject,
          "primary_port_http_enabled is not false: the clients' port shows and sets flags over HTTP",
        );
    }),
};
