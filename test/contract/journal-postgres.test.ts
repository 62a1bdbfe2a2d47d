import { postgresPrograms } from '../peers/start-postgres.ts';
import { describeWithPeer } from '../support/peer-or-skip.ts';
import { sharedPostgres } from '../support/postgres-journals.ts';
import { describeJournal } from './journal-suite.ts';

describeWithPeer('PostgreSQL', { programs: [`${postgresPrograms() ?? '/usr/lib/postgresql'}/postgres`] }, () => {
  const { open } = sharedPostgres();
  describeJournal('PostgreSQL', () => open());
});
