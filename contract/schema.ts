/** The part of an OpenAPI v3 schema that this project uses; `x_kubernetes_validations` are CEL rules. */
export interface Schema {
  readonly type: "string" | "boolean" | "number" | "integer" | "object" | "array";
  readonly description?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly enum?: string[];
  readonly nullable?: boolean;
  readonly items?: Schema;
  readonly properties?: Record<string, Schema>;
  readonly required?: string[];
  readonly x_kubernetes_validations?: { readonly rule: string; readonly message: string }[];
}
