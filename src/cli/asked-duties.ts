import { usageError } from '../ground/errors.ts';
import { nearest } from '../ground/output/phrases.ts';
import { type DutyName, dutiesWanted, dutyNames } from '../response/tick/duties.ts';

/** The duties that flags name. Throws a usage error for a word that is none, and where nothing is left. */
export const dutiesOf = (only: readonly string[], skip: readonly string[]): readonly DutyName[] => {
  for (const name of [...only, ...skip]) {
    if ((dutyNames as readonly string[]).includes(name)) continue;
    const near = nearest(name, dutyNames);
    throw usageError({
      code: 'duty_unknown',
      message: `there is no duty ${JSON.stringify(name)}`,
      hint: near === null ? `there are ${dutyNames.join(', ')}` : `did you mean ${near}?`,
    });
  }
  const wanted = dutiesWanted(only, skip);
  if (wanted.length > 0) return wanted;
  throw usageError({ code: 'flags_conflict', message: '--skip leaves nothing of --only', hint: 'leave one of the two out' });
};
