import { readFileSync } from "node:fs";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

/** The parts of the API description that the tests read. */
interface Description {
  paths: Record<string, Record<string, unknown>>;
  [part: string]: unknown;
}

interface Answer {
  status: number;
  headers: Record<string, string>;
  text: string;
}

const METHODS = ["get", "put", "post", "delete", "patch"] as const;

/** The bundled description, as `/openapi.json` serves it. */
export const description: Description = JSON.parse(
  readFileSync(new URL("../../openapi/openapi.json", import.meta.url), "utf8"),
);

/** Every operation: its path template and the methods it takes. */
export function describedMethods(prefix: string): { path: string; methods: string[] }[] {
  return Object.entries(description.paths)
    .filter(([path]) => path.startsWith(prefix))
    .map(([path, item]) => ({ path, methods: METHODS.filter((method) => method in item) }));
}

const ajv = new Ajv2020({ strict: false, allErrors: true });
// Under nodenext the default export is typed as the module; at run time it is the function.
(addFormats as unknown as typeof addFormats.default)(ajv);
ajv.addSchema(description, "gateway");
const validators = new Map<string, ValidateFunction>();

/**
 * What is wrong with an answer by the description: an undocumented status or media type, a missing header, or a body
 * that does not fit its schema. Empty when nothing is.
 */
export function violations(path: string, method: string, answer: Answer): string[] {
  const pointer = `#/paths/${escapePointer(path)}/${method}/responses/${answer.status}`;
  const response = resolve(pointer);
  if (response === undefined) return [`status ${answer.status} is not documented for ${method} ${path}`];
  const missing = Object.keys(response.value["headers"] ?? {})
    .filter((name) => answer.headers[name.toLowerCase()] === undefined)
    .map((name) => `the header ${name} is missing`);
  const content = response.value["content"] as Record<string, unknown> | undefined;
  if (content === undefined) return answer.text === "" ? missing : [...missing, "a body is not documented"];
  const mediaType = answer.headers["content-type"]?.split(";")[0] ?? "none";
  if (!(mediaType in content)) return [...missing, `the media type ${mediaType} is not documented`];
  const validate = validatorAt(`${response.pointer}/content/${escapePointer(mediaType)}/schema`);
  if (validate(/json$/.test(mediaType) ? JSON.parse(answer.text) : answer.text)) return missing;
  return [...missing, ...(validate.errors ?? []).map((error) => `${error.instancePath}: ${error.message}`)];
}

function validatorAt(pointer: string): ValidateFunction {
  const known = validators.get(pointer);
  if (known) return known;
  const validate = ajv.compile({ $ref: `gateway${pointer}` });
  validators.set(pointer, validate);
  return validate;
}

function resolve(pointer: string): { pointer: string; value: Record<string, unknown> } | undefined {
  let value: unknown = description;
  for (const part of pointer.slice(2).split("/")) {
    const key = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
    value = typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  if ("$ref" in value && typeof value.$ref === "string") return resolve(value.$ref);
  return { pointer, value: { ...value } };
}

function escapePointer(key: string): string {
  return encodeURIComponent(key.replaceAll("~", "~0").replaceAll("/", "~1"));
}
