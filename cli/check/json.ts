import { title } from "../../policies/model/resource";
import type { Report } from "./report";
import { defined } from "../../server/records";

/** For programs. Keys are only ever added. */
export function jsonReport({ judgement, locate, judged, recognised, profile }: Report): unknown {
  return {
    violations: judgement.violations.map((violation) => {
      const { rule, level, resource, part, message, remedy, config } = violation;
      const place = locate(resource, config);
      return {
        policy: rule.name,
        level,
        resource: title(resource),
        stack: resource.stack,
        message,
        remedy,
        family: rule.family,
        severity: rule.severity,
        type: resource.type,
        name: resource.name,
        ...defined({ part }),
        ...(place === undefined ? {} : { file: place.file, line: place.line }),
      };
    }),
    notJudged: judgement.notJudged.map(({ rule, resource, message }) => ({
      policy: rule.name,
      resource: resource === undefined ? null : title(resource),
      stack: resource?.stack ?? null,
      message,
    })),
    exempted: judgement.exempted.map(({ violation, reason, expires }) => ({
      policy: violation.rule.name,
      resource: title(violation.resource),
      stack: violation.resource.stack,
      message: violation.message,
      reason,
      expires,
    })),
    problems: judgement.expired,
    judged,
    recognised,
    profile,
  };
}
