import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import express from "express";
import request from "supertest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDocsRouter } from "../../src/http/docs.js";

let folder: string;
const description = { openapi: "3.1.0", info: { title: "Gateway", version: "1" }, paths: {} };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "openapi-"));
  await writeFile(join(folder, "openapi.json"), JSON.stringify(description));
});
afterAll(() => rm(folder, { recursive: true }));

const get = (path: string) =>
  request(express().use(createDocsRouter({ openApiFile: join(folder, "openapi.json") }))).get(path);

describe("the API description", () => {
  it("is served as it was bundled", async () => {
    expect((await get("/openapi.json").expect(200)).body).toEqual(description);
  });

  it("that was not bundled is a 404 which says so", async () => {
    const seen: unknown[] = [];
    const app = express().use(createDocsRouter({ openApiFile: join(folder, "missing.json") }));
    app.use(
      (
        error: unknown,
        _request: express.Request,
        response: express.Response,
        _next: express.NextFunction,
      ) => {
        seen.push(error);
        response.status(404).end();
      },
    );
    await request(app).get("/openapi.json").expect(404);
    expect(seen[0]).toMatchObject({ status: 404, code: "description_missing" });
  });
});

describe("the viewer", () => {
  it("has a page at /docs/, to which /docs leads by a relative redirect", async () => {
    await get("/docs").expect(302).expect("Location", "docs/");
    await get("/docs/")
      .expect(200)
      .expect("Content-Type", /^text\/html/);
  });

  it("loads only files that are here, and none from another host", async () => {
    const page = (await get("/docs/")).text;
    const links = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link ?? "");
    expect(links.length).toBeGreaterThanOrEqual(4);
    for (const link of links) {
      expect(link).toMatch(/^[\w.-]+$/);
      await get(`/docs/${link}`).expect(200);
    }
    expect((await get("/docs/start.js")).text).toContain('url: "../openapi.json"');
  });

  it("runs under a policy that allows no inline script and no foreign host", async () => {
    const response = await get("/docs/").expect(200);
    const policy = response.headers["content-security-policy"] ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("connect-src 'self';");
    expect(policy).not.toMatch(/https?:/);
    expect(response.text).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>/);
    expect(response.text).not.toMatch(/ on\w+=/);
  });

  it.each([
    "/docs/package.json",
    "/docs/../package.json",
    "/docs/%2e%2e/package.json",
    "/docs/swagger-ui-bundle.js.map",
  ])("serves nothing else (%s)", async (path) => {
    await get(path).expect(404);
  });
});
