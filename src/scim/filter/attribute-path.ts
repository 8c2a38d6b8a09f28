import type { AttributePath } from "./ast.js";

const NAME = /^[A-Za-z$_][\w$-]*(?:\.[A-Za-z$_][\w$-]*)?$/;

/** Reads `[urn:]attribute[.subAttribute]` (RFC 7644 section 3.10), or undefined when the text has another form. */
export function readAttributePath(text: string): AttributePath | undefined {
  const colon = text.lastIndexOf(":");
  const name = text.slice(colon + 1);
  if (!NAME.test(name)) return undefined;
  if (colon >= 0 && !/^urn:./i.test(text.slice(0, colon))) return undefined;
  const [attribute = name, subAttribute] = name.split(".");
  return {
    ...(colon >= 0 ? { schema: text.slice(0, colon) } : {}),
    attribute,
    ...(subAttribute === undefined ? {} : { subAttribute }),
  };
}

/** Writes a path the way `readAttributePath` reads it. */
export function printAttributePath(path: AttributePath): string {
  const schema = path.schema === undefined ? "" : `${path.schema}:`;
  const subAttribute = path.subAttribute === undefined ? "" : `.${path.subAttribute}`;
  return `${schema}${path.attribute}${subAttribute}`;
}
