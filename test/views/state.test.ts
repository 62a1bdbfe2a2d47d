import { describe, expect, test } from 'vitest';
import { plainLook } from '../../src/ground/output/look.ts';
import { documentSchemas } from '../../src/views/schemas.ts';
import { migrationFormats, type StateAnswer, stateFormats } from '../../src/views/state.ts';
import { noon } from '../support/facts.ts';

const answer: StateAnswer = {
  fleet: 'acme',
  generatedAt: noon,
  keeper: 'postgres',
  journal: 'db.acme.io:5432/ops, schema agentops',
  server: '15.8',
  version: 10,
  bytes: 3 * 1024 * 1024,
  folder: '/srv/acme/.agentops',
  tables: [
    { table: 'audit', rows: 1 },
    { table: 'beat', rows: 0 },
  ],
  leases: [
    { name: 'tick', owner: 'maria@desk 0b7e2f1c-1111-4222-8333-444455556666', fence: 7, expiresAt: noon + 20_000 },
    { name: 'eval nightly', owner: '0b7e2f1c-1111-4222-8333-444455556666', fence: 1, expiresAt: noon + 20_000 },
    { name: 'lock agent/support', owner: '\u001b[31mrun-1', fence: 1, expiresAt: noon + 20_000 },
  ],
};
const view = { look: plainLook, zone: 'UTC', verbose: false };

describe('where the journal is', () => {
  test('is said with who is at work on it, by name as far as there is one', () => {
    const text = stateFormats(answer).text(view);
    expect(text).toContain('kept by             PostgreSQL 15.8, for a team');
    expect(text).toMatch(/^tick +held by maria@desk until /m);
    expect(text).toMatch(/^eval nightly +held by somebody until /m);
    expect(text).toMatch(/^audit +1 row$/m);
    expect(text).not.toContain('beat');
    expect(text).not.toContain('\u001b');
  });

  test('keeps its documents as they are promised', () => {
    documentSchemas['state show'].parse(JSON.parse(stateFormats(answer).json()));
    const moved = { fleet: 'acme', generatedAt: noon, from: 'a', to: 'b', tables: answer.tables, records: 0, head: null, manifest: null };
    documentSchemas['state migrate'].parse(JSON.parse(migrationFormats(moved).json()));
  });

  test('is told to be written into the manifest only where that says something else', () => {
    const moved = { fleet: 'acme', generatedAt: noon, from: 'old', to: 'b', tables: [], records: 2, head: 'ab'.repeat(32), manifest: null };
    expect(migrationFormats(moved).text(view)).toContain('old is left as it was');
    expect(migrationFormats({ ...moved, manifest: '${TEAM_STATE}' }).text(view)).toContain('write state: "${TEAM_STATE}"');
  });
});
