/**
 * The part of SARIF 2.1.0's schema that this project's logs use, written anew from the specification (chapter 3):
 * names,
 * types, what is required and which words are allowed are the standard's; what the logs do not use is left out and
 * hence
 * refused. No package carries the whole schema as a file that could be depended on alone.
 */

type Schema = Readonly<Record<string, unknown>>;
const object = (required: readonly string[], properties: Schema): Schema => ({
  type: "object",
  additionalProperties: false,
  required,
  properties,
});
const list = (items: Schema, least = 0): Schema => ({ type: "array", minItems: least, items });

const text: Schema = { type: "string", minLength: 1 };
const level: Schema = { enum: ["none", "note", "warning", "error"] };
const index: Schema = { type: "integer", minimum: 0 };
/** 3.11, 3.12: plain text is always there. */
const message = object(["text"], { text, markdown: text });
const propertyBag: Schema = { type: "object", properties: { tags: { type: "array", uniqueItems: true, items: text } } };

/** 3.49 */
const descriptor = object(["id"], {
  id: text,
  name: text,
  shortDescription: message,
  fullDescription: message,
  help: message,
  helpUri: { type: "string", pattern: "^https://\\S+$" },
  defaultConfiguration: object([], { level }),
  properties: propertyBag,
});

/** 3.28 to 3.33: a region's lines count from 1, a relative reference has neither scheme nor blanks. */
const location = object([], {
  physicalLocation: object(["artifactLocation"], {
    artifactLocation: object(["uri"], {
      uri: { type: "string", pattern: "^(?![A-Za-z][A-Za-z0-9+.-]*:|/)[^\\s\\\\]+$" },
    }),
    region: object(["startLine"], { startLine: { type: "integer", minimum: 1 } }),
  }),
  logicalLocations: list(object([], { name: text, fullyQualifiedName: text, kind: text })),
});

/** 3.27 */
const result = object(["message"], {
  ruleId: text,
  ruleIndex: index,
  level,
  message,
  locations: list(location),
  partialFingerprints: { type: "object", additionalProperties: text },
  suppressions: list(
    object(["kind"], {
      kind: { enum: ["inSource", "external"] },
      status: { enum: ["accepted", "underReview", "rejected"] },
      justification: text,
    }),
  ),
});

/** 3.58 */
const notification = object(["message"], { level, message, associatedRule: object([], { id: text, index }) });

export const sarifSchema: Schema = object(["version", "runs"], {
  $schema: { type: "string", pattern: "^https://\\S+$" },
  version: { const: "2.1.0" },
  runs: list(
    object(["tool"], {
      tool: object(["driver"], {
        driver: object(["name"], {
          name: text,
          semanticVersion: { type: "string", pattern: "^\\d+\\.\\d+\\.\\d+" },
          rules: list(descriptor),
        }),
      }),
      columnKind: { enum: ["utf16CodeUnits", "unicodeCodePoints"] },
      invocations: list(
        object(["executionSuccessful"], {
          executionSuccessful: { type: "boolean" },
          toolExecutionNotifications: list(notification),
        }),
      ),
      results: list(result),
    }),
    1,
  ),
});
