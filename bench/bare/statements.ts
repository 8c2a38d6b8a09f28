import { DICTIONARY_USER_URN, ENTERPRISE_USER_URN, USER_URN } from "../../src/scim/schema/urns.js";

// One prepared statement a request, on the gateway's own tables and indexes. `$1` is always the tenant. The type is
// written out, as only then a plan that is made once can use the partial indexes.

const LIVING = "r.tenant_id = $1 and r.type = 'User' and r.deleted_at is null";

/** The groups of a person as JSON text, or null: what an answer shows beside the stored document. */
function groupsOf(baseUrl: string): string {
  return `(select string_agg('{"value":"' || g.id || '","$ref":"${baseUrl}/scim/v2/Groups/' || g.id ||
                             '","display":' || (g.doc -> 'displayName')::text || ',"type":"direct"}', ',')
             from membership m join resource g on g.tenant_id = m.tenant_id and g.id = m.group_id
            where m.tenant_id = r.tenant_id and m.member_id = r.id) as groups`;
}

/** The statements, by name. */
export function statements(baseUrl: string) {
  const person = `r.doc::text as doc, ${groupsOf(baseUrl)}`;
  const findBy = (condition: string) => `select ${person} from resource r where ${LIVING} and ${condition}`;
  const byValue = (attribute: string) =>
    findBy(`r.seq = (select v.seq from resource_value v where v.tenant_id = $1 and v.type = 'User'
                       and v.attribute = '${attribute}' and v.value_key = $2)`);
  const change = (doc: string, columns: string) =>
    `with changed as (
       update resource r set doc = ${doc} || jsonb_build_object('meta', r.doc -> 'meta' || jsonb_build_object(
                'lastModified', $4::text, 'version', 'W/"' || r.version + 1 || '"')),
              ${columns} version = r.version + 1, modified_at = $4::timestamptz
        where ${LIVING} and r.id = $2 returning r.*)
     select ${person} from changed r`;
  const prefixed = `v.tenant_id = $1 and v.type = 'User' and v.attribute = 'emails value'
                    and v.value_key >= $2 and v.value_key < $3`;
  return {
    read: `select ${person} from resource r where ${LIVING} and r.id = $2`,
    findByUserName: findBy("r.user_name_key = $2"),
    findByExternalId: findBy("r.external_id = $2"),
    findByEmployeeNumber: findBy("lower(r.employee_number) = lower($2)"),
    findByEmail: byValue("emails value"),
    findByBadge: byValue(`${DICTIONARY_USER_URN} badge`),
    findByEmailPrefix: `
      select ${person}, (select count(*)::int from resource_value v where ${prefixed}) as total
        from resource r
       where ${LIVING} and r.seq in (select v.seq from resource_value v where ${prefixed} order by v.seq limit $4)
       order by r.seq`,
    page: `select ${person} from resource r where ${LIVING} order by r.seq limit $2 offset $3`,
    deepPage: `select ${person}
                 from resource r
                 join (select r.seq from resource r where ${LIVING} order by r.seq limit $2 offset $3) place using (seq)
                where ${LIVING} order by r.seq`,
    pageParts: `select r.id, r.doc ->> 'userName' as user_name, (r.doc -> 'emails')::text as emails,
                       (r.doc -> 'meta')::text as meta
                  from resource r where ${LIVING} order by r.seq limit $2 offset $3`,
    pageAfter: `select r.seq, ${person} from resource r where ${LIVING} and r.seq > $2 order by r.seq limit $3`,
    create: `
      with added as (
        insert into resource (tenant_id, id, type, doc, user_name_key, external_id, display_name_key, active,
                              employee_number, created_at, modified_at)
        values ($1, $2, 'User', $3, $4, $5, $6, $7, $8, $9, $9) on conflict do nothing returning seq),
      found_by as (
        insert into resource_value (tenant_id, type, attribute, value_key, seq)
        select $1, 'User', entry.attribute, entry.key, added.seq
          from added cross join (select distinct * from unnest($10::text[], $11::text[])) as entry (attribute, key))
      select seq from added`,
    createMany: `
      with given as (
        select * from unnest($2::uuid[], $3::jsonb[], $4::text[], $5::text[], $6::text[], $7::boolean[], $8::text[])
                      as given (id, doc, user_name_key, external_id, display_name_key, active, employee_number)),
      added as (
        insert into resource (tenant_id, id, type, doc, user_name_key, external_id, display_name_key, active,
                              employee_number, created_at, modified_at)
        select $1, id, 'User', doc, user_name_key, external_id, display_name_key, active, employee_number, $9, $9
          from given on conflict do nothing returning id, seq),
      found_by as (
        insert into resource_value (tenant_id, type, attribute, value_key, seq)
        select $1, 'User', entry.attribute, entry.key, added.seq
          from (select distinct * from unnest($10::uuid[], $11::text[], $12::text[])) as entry (id, attribute, key)
          join added using (id))
      select id from added`,
    patchActive: change("(r.doc || jsonb_build_object('active', $3::boolean))", "active = $3,"),
    patchThree: change("(r.doc || $3::jsonb)", ""),
    replace: change(
      "$3::jsonb || jsonb_build_object('id', r.id, 'meta', r.doc -> 'meta')",
      "active = ($3::jsonb ->> 'active')::boolean,",
    ),
    remove: `with gone as (
               update resource r set deleted_at = $3, version = r.version + 1 where ${LIVING} and r.id = $2
               returning r.seq, r.doc),
             values_gone as (
               delete from resource_value v
                using gone,
                      lateral (select 'emails value' as attribute, lower(mail ->> 'value') as key
                                 from jsonb_array_elements(gone.doc -> 'emails') mail
                               union all
                               select '${ENTERPRISE_USER_URN} ' || key, lower(value)
                                 from jsonb_each_text(gone.doc -> '${ENTERPRISE_USER_URN}')
                               union all
                               select '${DICTIONARY_USER_URN} ' || key, lower(value)
                                 from jsonb_each_text(gone.doc -> '${DICTIONARY_USER_URN}')) entry
                where v.tenant_id = $1 and v.type = 'User' and v.attribute = entry.attribute
                  and v.value_key = entry.key and v.seq = gone.seq)
             select seq from gone`,
    addMember: `with added as (insert into membership (tenant_id, group_id, member_id, added_at)
                               values ($1, $2, $3, $4) on conflict do nothing returning group_id)
                update resource set version = version + 1, modified_at = $4
                  from added where tenant_id = $1 and id = added.group_id`,
    removeMember: `with gone as (delete from membership where tenant_id = $1 and group_id = $2 and member_id = $3
                                 returning group_id)
                   update resource set version = version + 1, modified_at = $4
                     from gone where tenant_id = $1 and id = gone.group_id`,
    readGroup: `select r.id, r.doc::text as doc, r.version, r.created_at, r.modified_at from resource r
                 where r.tenant_id = $1 and r.type = 'Group' and r.deleted_at is null and r.id = $2`,
    readWholeGroup: `
      select r.id, r.doc::text as doc, r.version, r.created_at, r.modified_at,
             (select string_agg('{"value":"' || u.id || '","$ref":"${baseUrl}/scim/v2/Users/' || u.id ||
                                '","display":' || (u.doc -> 'displayName')::text || ',"type":"User"}', ',')
                from membership m join resource u on u.tenant_id = m.tenant_id and u.id = m.member_id
               where m.tenant_id = r.tenant_id and m.group_id = r.id) as members
        from resource r
       where r.tenant_id = $1 and r.type = 'Group' and r.deleted_at is null and r.id = $2`,
    probe: `select r.id from resource r
             where r.tenant_id = $1 and r.type = 'Group' and r.deleted_at is null and r.id = $2
               and exists (select 1 from membership m
                            where m.tenant_id = $1 and m.group_id = r.id and m.member_id = $3)`,
  };
}

/** Makes documents of the copied table complete: what the bare server passes through but for `groups`. */
export function completeDocuments(baseUrl: string): { text: string; values: string[] } {
  return {
    text: `update resource set doc = doc || jsonb_build_object(
             'id', id, 'schemas', jsonb_build_array($1::text, $2::text, $3::text),
             'meta', jsonb_build_object('resourceType', type, 'created', created_at, 'lastModified', modified_at,
               'location', $4::text || '/scim/v2/Users/' || id, 'version', 'W/"1"'))
            where type = 'User'`,
    values: [USER_URN, ENTERPRISE_USER_URN, DICTIONARY_USER_URN, baseUrl],
  };
}
