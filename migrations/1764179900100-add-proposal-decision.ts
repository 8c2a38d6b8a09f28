import type { MigrationInterface, QueryRunner } from "typeorm";

/** What was decided about a proposal, which its state does not tell any more once it is over; for timelines. */
export class AddProposalDecision1764179900100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      "alter table adoption_proposal add column decision text check (decision in ('approved', 'rejected'));",
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("alter table adoption_proposal drop column decision;");
  }
}
