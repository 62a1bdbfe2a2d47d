import type { Fleet } from '../fleet/agent.ts';
import { OpsError } from '../ground/errors.ts';
import type { Context } from '../ground/runtime/context.ts';
import type { Journal } from '../ground/store/port.ts';
import { shownAddress } from '../ground/store/postgres-address.ts';
import { readPostgresFacts } from '../ground/store/postgres-facts.ts';
import { type Diagnosed, findingsIn } from './diagnosed.ts';
import { addressOf, journalPath } from './open-journal.ts';

const { ok, warn, fail } = findingsIn('state');

/** Leases are judged by the server's clock, results carry ours: so far apart they may be. */
const clockSlackMs = 60_000;

/**
 * Whether the journal of a team can be read and written, and is kept as a journal should be.
 * @param more what a journal that opens is asked beside that
 */
export const diagnoseDatabase = async (
  ctx: Context,
  { database, stateFolder }: Pick<Fleet, 'stateFolder'> & { readonly database: NonNullable<Fleet['database']> },
  more: (journal: Journal) => Promise<readonly Diagnosed[]>,
): Promise<readonly Diagnosed[]> => {
  try {
    const address = addressOf(ctx, database);
    const journal = await ctx.journal();
    const facts = await readPostgresFacts(journal);
    const ahead = (await journal.now()) - ctx.clock.now();
    const where = `PostgreSQL ${facts.server} at ${shownAddress(address)}, ${Math.ceil(facts.bytes / 1024).toLocaleString('en-US')} KiB`;
    return [
      facts.isStandby
        ? fail('journal', `${where} is a standby: nothing can be written`, 'name the primary server in state:')
        : ok('journal', `opens: ${where}`),
      ...(facts.isDurable
        ? []
        : [
            warn(
              'journal',
              'the server runs with fsync = off: a power cut may take the journal',
              "set fsync = 'on' in its postgresql.conf",
            ),
          ]),
      ...(address.tls === 'require' && address.rootCertificate === null
        ? [
            warn(
              'journal',
              'sslmode=require encrypts, but believes whoever answers',
              'write sslmode=verify-full, with sslrootcert= where the authority is your own',
            ),
          ]
        : []),
      ...(Math.abs(ahead) < clockSlackMs
        ? []
        : [
            warn(
              'clock',
              `the clock of the server is ${Math.round(Math.abs(ahead) / 1000)} s ${ahead > 0 ? 'ahead of' : 'behind'} this machine's`,
              'set both by NTP (timedatectl set-ntp true)',
            ),
          ]),
      ...(ctx.files.exists(journalPath(stateFolder))
        ? [
            warn(
              'journal',
              `${journalPath(stateFolder)} holds a journal too, which is not used any more`,
              'agentops state migrate copies it into the database',
            ),
          ]
        : []),
      ...(await more(journal)),
    ];
  } catch (thrown) {
    if (!(thrown instanceof OpsError)) throw thrown;
    return [fail('journal', thrown.message, thrown.hint)];
  }
};
