import type { Database } from "../../src/persistence/database.js";
import {
  DICTIONARY_USER_URN as DICTIONARY,
  ENTERPRISE_USER_URN as ENTERPRISE,
} from "../../src/scim/schema/urns.js";
import { defaultTenantId } from "../support/database.js";

/** Thousands of people and groups without much to them, so that reading all of them would not be cheaper. */
export async function addCrowd(database: Database): Promise<void> {
  await database.query(
    `insert into resource (tenant_id, id, type, doc, user_name_key, external_id, display_name_key, employee_number,
                           manager_ref, parent_id, created_at, modified_at)
     select $1, gen_random_uuid(), case when n % 5 = 0 then 'Group' else 'User' end,
            jsonb_build_object('displayName', 'crowd ' || n, 'filler', repeat('x', 300)),
            'crowd ' || n, 'crowd ' || n, 'crowd ' || n, 'crowd ' || n, 'crowd ' || n % 50,
            case when n % 5 = 0 then gen_random_uuid() end, now(), now()
       from generate_series(1, 2500) n`,
    [defaultTenantId],
  );
  await database.query(
    `insert into resource_value (tenant_id, type, attribute, value_key, seq)
     select r.tenant_id, r.type, held.attribute, held.attribute || r.seq, r.seq
       from resource r,
            unnest($1::text[]) as held (attribute)
      where r.type = 'User' and r.user_name_key like 'crowd%'`,
    [
      [
        "emails value",
        "name familyName",
        `${ENTERPRISE} department`,
        `${DICTIONARY} badge`,
        `${DICTIONARY} badge (exact)`,
        `${DICTIONARY} level`,
        `${DICTIONARY} joined (dateTime)`,
      ],
    ],
  );
  await database.query(
    `insert into membership (tenant_id, group_id, member_id, added_at)
     select $1, g.id, u.id, now()
       from (select id, row_number() over (order by seq) n from resource where type = 'Group') g
       join (select id, row_number() over (order by seq) n from resource where type = 'User') u on u.n % 400 = g.n
     on conflict do nothing`,
    [defaultTenantId],
  );
  await database.query("analyze");
}
