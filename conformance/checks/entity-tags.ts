import { type Check, check } from "../check.js";
import {
  expectError,
  expectSame,
  expectStatus,
  expectThat,
  objectOf,
  stringOf,
  USER_URN,
} from "../expect.js";
import { withQuery } from "./requests.js";

const ENTITY_TAG = /^(W\/)?"[\x21\x23-\x7e\x80-\uffff]*"$/;

/** Entity tags (RFC 7644 section 3.14, RFC 7643 section 3.1). */
export const ENTITY_TAG_CHECKS: readonly Check[] = [
  check("an entity tag is sent as a header", ["7644-3.14-01"], async (s) => {
    s.needs("etag");
    const { path } = await s.createUser();
    const tag = expectStatus(await s.client.get(path), 200).headers.get("etag");
    expectThat(tag !== null && ENTITY_TAG.test(tag), `ETag is ${tag}`);
  }),

  check("an entity tag is shown as meta.version", ["7644-3.14-02"], async (s) => {
    s.needs("etag");
    const { path } = await s.createUser();
    const answer = await s.client.get(path);
    expectSame(objectOf(answer.body["meta"])["version"], answer.headers.get("etag"), "meta.version");
  }),

  check("a tag that stands for several representations is weak", ["7643-3.1-15"], async (s) => {
    s.needs("etag");
    const { path } = await s.createUser({ title: "Tour Guide" });
    const whole = await s.client.get(path);
    const part = await s.client.get(withQuery(path, { attributes: "userName" }));
    const tag = whole.headers.get("etag") ?? "";
    if (part.headers.get("etag") !== tag) return;
    expectThat(tag.startsWith("W/"), `two representations have the strong tag ${tag}`);
  }),

  check("a condition that does not hold is 412, one that does is 304", ["7644-3.12-03"], async (s) => {
    s.needs("etag");
    const { path, body } = await s.createUser();
    const old = (await s.client.get(path)).headers.get("etag") ?? "";
    const { userName } = body;
    const sent = { schemas: [USER_URN], userName, title: "Tour Guide" };
    expectStatus(await s.client.get(path, { headers: { "if-none-match": old } }), 304);
    expectStatus(await s.client.put(path, sent, { headers: { "if-match": old } }), 200);
    expectError(await s.client.put(path, sent, { headers: { "if-match": old } }), 412);
    expectError(await s.client.delete(path, { headers: { "if-match": old } }), 412);
    const current = expectStatus(await s.client.get(path, { headers: { "if-none-match": old } }), 200);
    expectSame(stringOf(current.body["title"]), "Tour Guide", "title");
  }),
];
