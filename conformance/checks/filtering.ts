import { type Check, check } from "../check.js";
import { expectError, expectSame, expectStatus, expectThat, resourcesOf, stringOf } from "../expect.js";
import { idsFound, quoted, withQuery } from "./requests.js";

/** Filters that follow no rule of the grammar (RFC 7644 section 3.4.2.2, figure 1). */
const MALFORMED = [
  "userName",
  "userName eq",
  'eq "x"',
  'userName "x"',
  'userName eq "x',
  'userName eq "x" and',
  '(userName eq "x"',
  'userName eq "x")',
  'userName eq "x" userName eq "y"',
  'emails[type eq "work"',
  'not userName eq "x"',
  "userName eq x",
];

const ORDERING = [
  ["gt", "7644-3.4.2.2-04"],
  ["ge", "7644-3.4.2.2-05"],
  ["lt", "7644-3.4.2.2-06"],
  ["le", "7644-3.4.2.2-07"],
] as const;

/** Filters (RFC 7644 section 3.4.2.2). */
export const FILTERING_CHECKS: readonly Check[] = [
  check("a filter finds what matches and nothing else", ["7644-3.4.2.2-01"], async (s) => {
    s.needs("filter");
    const title = s.unique();
    const guide = await s.createUser({ title: `${title} guide`, userType: "Employee" });
    const cook = await s.createUser({ title: `${title} cook` });
    const cases: [string, string[]][] = [
      [`title eq ${quoted(`${title} guide`)}`, [guide.id]],
      [`title sw ${quoted(title)}`, [guide.id, cook.id]],
      [`title sw ${quoted(title)} and title ne ${quoted(`${title} cook`)}`, [guide.id]],
      [`title sw ${quoted(title)} and title co "uid"`, [guide.id]],
      [`title sw ${quoted(title)} and title ew "cook"`, [cook.id]],
      [`title sw ${quoted(title)} and userType pr`, [guide.id]],
      [`title sw ${quoted(title)} and title gt ${quoted(`${title} d`)}`, [guide.id]],
      [`title sw ${quoted(title)} and title ge ${quoted(`${title} guide`)}`, [guide.id]],
      [`title sw ${quoted(title)} and title lt ${quoted(`${title} d`)}`, [cook.id]],
      [`title sw ${quoted(title)} and title le ${quoted(`${title} cook`)}`, [cook.id]],
      [`title sw ${quoted(title)} and meta.created gt "2011-05-13T04:42:34Z"`, [guide.id, cook.id]],
      [`title sw ${quoted(title)} and meta.created lt "2011-05-13T04:42:34+08:00"`, []],
    ];
    for (const [filter, expected] of cases) {
      expectSame((await idsFound(s, filter)).sort(), [...expected].sort(), `found by ${filter}`);
    }
  }),

  check("an empty filter is refused", ["7644-3.4.2.2-02"], async (s) => {
    s.needs("filter");
    for (const filter of ["", "   ", "()"]) {
      expectError(
        await s.client.get(withQuery(s.discovered.endpoints.users, { filter })),
        400,
        "invalidFilter",
      );
    }
  }),

  check("a filter that is no filter is refused", ["7644-3.4.2.2-03", "7644-3.4.2.2-10"], async (s) => {
    s.needs("filter");
    for (const filter of MALFORMED) {
      expectError(
        await s.client.get(withQuery(s.discovered.endpoints.users, { filter })),
        400,
        "invalidFilter",
      );
    }
  }),

  check("every form of the grammar is understood", ["7644-3.4.2.2-10"], async (s) => {
    s.needs("filter");
    const userName = s.unique();
    const { id } = await s.createUser({
      userName,
      active: true,
      title: 'a "quoted" \\ title',
      name: { familyName: "Jensen" },
      emails: [{ value: `${userName}@example.com`, type: "work", primary: true }],
    });
    const own = `id eq ${quoted(id)}`;
    const cases = [
      `userName eq ${quoted(userName)}`,
      `USERNAME EQ ${quoted(userName)}`,
      `urn:ietf:params:scim:schemas:core:2.0:User:userName eq ${quoted(userName)}`,
      `${own} and name.familyName eq "Jensen"`,
      `${own} and emails.type eq "work"`,
      `${own} and emails eq ${quoted(`${userName}@example.com`)}`,
      `${own} and emails[type eq "work" and value ew "@example.com"]`,
      `${own} and emails[primary eq true]`,
      `${own} and active eq true`,
      `${own} and title eq "a \\"quoted\\" \\\\ title"`,
      `${own} and title eq "\\u0061 \\"quoted\\" \\\\ title"`,
      `${own} and nickName eq null`,
      `${own} and not (nickName pr)`,
      `(${own} and (title pr or nickName pr))`,
      `${own} and schemas eq "urn:ietf:params:scim:schemas:core:2.0:User"`,
    ];
    for (const filter of cases) expectSame(await idsFound(s, filter), [id], `found by ${filter}`);
  }),

  ...ORDERING.map(([operator, covered]) =>
    check(`${operator} on booleans and binaries is invalidFilter`, [covered], async (s) => {
      s.needs("filter");
      for (const filter of [`active ${operator} true`, `x509Certificates.value ${operator} "AAAA"`]) {
        const answer = await s.client.get(withQuery(s.discovered.endpoints.users, { filter }));
        expectError(answer, 400, "invalidFilter");
      }
    }),
  ),

  check("a filter in square brackets is about one value", ["7644-3.4.2.2-08"], async (s) => {
    s.needs("filter");
    const name = s.unique();
    const { id } = await s.createUser({
      emails: [
        { value: `${name}@work.example`, type: "work" },
        { value: `${name}@home.example`, type: "home" },
      ],
    });
    const own = `id eq ${quoted(id)} and`;
    const [work, home] = [quoted(`${name}@work.example`), quoted(`${name}@home.example`)];
    expectSame(await idsFound(s, `${own} emails[type eq "work" and value eq ${work}]`), [id], "same value");
    expectSame(await idsFound(s, `${own} emails[type eq "work" and value eq ${home}]`), [], "two values");
    expectSame(await idsFound(s, `${own} emails.type eq "work" and emails.value eq ${home}`), [id], "apart");
  }),

  check("square brackets hold a filter over sub-attributes", ["7644-3.4.2.2-09"], async (s) => {
    s.needs("filter");
    for (const filter of ["emails[]", "emails[type]", 'emails[userName eq "x"]', 'userName[value eq "x"]']) {
      expectError(
        await s.client.get(withQuery(s.discovered.endpoints.users, { filter })),
        400,
        "invalidFilter",
      );
    }
  }),

  check("grouping, not, and, or bind in this order", ["7644-3.4.2.2-11"], async (s) => {
    s.needs("filter");
    const title = s.unique();
    const both = await s.createUser({ title, nickName: "n", userType: "u" });
    const one = await s.createUser({ title, nickName: "n" });
    const none = await s.createUser({ title });
    const own = `title eq ${quoted(title)} and`;
    const cases: [string, string[]][] = [
      [`${own} userType pr or title eq ${quoted(title)} and nickName pr`, [both.id, one.id]],
      [`${own} (userType pr or nickName pr)`, [both.id, one.id]],
      [`${own} not (userType pr) and nickName pr`, [one.id]],
      [`${own} not (userType pr or nickName pr)`, [none.id]],
      [`nickName eq "no such" and userType pr or title eq ${quoted(title)}`, [both.id, one.id, none.id]],
    ];
    for (const [filter, expected] of cases) {
      expectSame((await idsFound(s, filter)).sort(), [...expected].sort(), `found by ${filter}`);
    }
  }),

  check("the grammar is read with its errata", ["7644-errata-7319", "7644-errata-7322"], async (s) => {
    s.needs("filter");
    const value = `${s.unique()}@example.com`;
    const { id } = await s.createUser({ emails: [{ value, type: "home" }] });
    const own = `id eq ${quoted(id)} and`;
    const grouped = 'emails[type eq "work" or (type eq "home" and value ew "@example.com")]';
    expectSame(await idsFound(s, `${own} ${grouped}`), [id], "grouped in brackets");
    expectSame(await idsFound(s, `${own} not (title pr)`), [id], "not, space, parenthesis");
    expectSame(await idsFound(s, `${own} emails[not (type eq "work")]`), [id], "the same in brackets");
  }),

  check("square brackets do not nest", ["7644-errata-4690"], async (s) => {
    s.needs("filter");
    const filter = 'emails[type eq "work" and value[type eq "home"]]';
    expectError(
      await s.client.get(withQuery(s.discovered.endpoints.users, { filter })),
      400,
      "invalidFilter",
    );
  }),

  check("sub-attributes are named in full", ["7644-3.4.2.2-12"], async (s) => {
    s.needs("filter");
    const familyName = s.unique();
    const { id } = await s.createUser({ name: { familyName } });
    expectSame(await idsFound(s, `name.familyName eq ${quoted(familyName)}`), [id], "by name.familyName");
    const bare = withQuery(s.discovered.endpoints.users, { filter: `familyName eq ${quoted(familyName)}` });
    expectError(await s.client.get(bare), 400, "invalidFilter");
  }),

  check("values that the server chose are found like any other", ["7644-3.4.2.2-13"], async (s) => {
    s.needs("filter");
    const { id, body } = await s.createUser();
    const own = `id eq ${quoted(id)} and`;
    expectSame(await idsFound(s, `${own} meta.resourceType eq "User"`), [id], "by meta.resourceType");
    if (typeof body["active"] === "boolean") {
      expectSame(await idsFound(s, `${own} active eq ${body["active"]}`), [id], "by active");
    }
  }),

  check("an unknown operator is invalidFilter, with a text", ["7644-3.4.2.2-14"], async (s) => {
    s.needs("filter");
    const path = withQuery(s.discovered.endpoints.users, { filter: 'userName regex "x"' });
    const answer = await s.client.get(path);
    expectError(answer, 400, "invalidFilter");
    expectThat(stringOf(answer.body["detail"]) !== "", "the error has no detail");
  }),

  check(
    "case matters where the schema says so",
    ["7644-3.4.2.2-15", "7643-7-08", "7644-7.8-01"],
    async (s) => {
      s.needs("filter");
      const externalId = `${s.unique()}-AbC`;
      const { id, body } = await s.createUser({ externalId });
      const userName = stringOf(body["userName"]).toUpperCase();
      expectSame(await idsFound(s, `userName eq ${quoted(userName)}`), [id], "by userName in capitals");
      expectSame(await idsFound(s, `externalId eq ${quoted(externalId)}`), [id], "by externalId");
      expectSame(
        await idsFound(s, `externalId eq ${quoted(externalId.toLowerCase())}`),
        [],
        "in small letters",
      );
    },
  ),

  check("userName is prepared before it is compared", ["7644-5-01", "7644-7.8-01"], async (s) => {
    s.needs("filter");
    const name = s.unique();
    const composed = `${name}-\u00e9`;
    const decomposed = `${name}-e\u0301`;
    const { id } = await s.createUser({ userName: composed });
    expectSame(await idsFound(s, `userName eq ${quoted(decomposed)}`), [id], "by the decomposed spelling");
  }),

  check("an unknown attribute in a filter is refused, not ignored", ["7644-3.4.2.2-01"], async (s) => {
    s.needs("filter");
    const path = withQuery(s.discovered.endpoints.users, { filter: 'noSuchAttribute eq "x"' });
    const answer = await s.client.get(path);
    if (answer.status === 200) expectSame(resourcesOf(answer), [], "found by an unknown attribute");
    else expectError(answer, 400, "invalidFilter");
  }),

  check("a query that finds nothing is a success", ["7644-3.4.2-07"], async (s) => {
    s.needs("filter");
    const path = withQuery(s.discovered.endpoints.users, { filter: `userName eq ${quoted(s.unique())}` });
    const answer = expectStatus(await s.client.get(path), 200);
    expectSame(answer.body["totalResults"], 0, "totalResults");
  }),

  check("addresses are percent-encoded", ["7644-1.2-02"], async (s) => {
    s.needs("filter");
    const title = `${s.unique()} a&b=c +d%e 部门`;
    const { id } = await s.createUser({ title });
    expectSame(await idsFound(s, `title eq ${quoted(title)}`), [id], "found");
  }),

  check("a filter on a confidential attribute is forbidden", ["7644-7.5.2-03"], async (s) => {
    s.needs("filter");
    const path = withQuery(s.discovered.endpoints.users, { filter: 'password eq "t1meMa$heen"' });
    expectError(await s.client.get(path), 403, "sensitive");
  }),
];
