import type { MigrationInterface, QueryRunner } from "typeorm";

/** Attributes that an administrator defines; the two that hold DingTalk's ids exist from the start. */
export class CreateDictionaryField1763700000500 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table dictionary_field (
        tenant_id uuid not null references tenant,
        id uuid not null,
        name text not null,
        key text not null,
        category text not null check (category in ('user', 'group')),
        type text not null
          check (type in ('string', 'boolean', 'integer', 'decimal', 'dateTime', 'reference', 'enum')),
        multi_valued boolean not null default false,
        required boolean not null default false,
        modifiable boolean not null default true,
        unique_value boolean not null default false,
        enabled boolean not null default true,
        options jsonb not null default '{}',
        system boolean not null default false,
        version bigint not null default 1,
        created_at timestamptz not null default now(),
        modified_at timestamptz not null default now(),
        primary key (tenant_id, id),
        constraint dictionary_field_required_is_modifiable check (modifiable or not required)
      );
      create unique index dictionary_field_key on dictionary_field (tenant_id, category, lower(key));
      insert into dictionary_field (tenant_id, id, name, key, category, type, unique_value, system, options) values
        ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-0000000000d1',
         'DingTalk account id', 'ddAccountId', 'user', 'string', true, true,
         '{"remark": "The person''s userid in DingTalk, written back after provisioning"}'),
        ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-0000000000d2',
         'DingTalk department id', 'ddtalkId', 'group', 'string', true, true,
         '{"remark": "The department''s id in DingTalk, written back after provisioning"}');
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop table dictionary_field");
  }
}
