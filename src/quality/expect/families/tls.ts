import { durationField } from '../../../fleet/fields.ts';
import { humanDuration } from '../../../ground/units/duration.ts';
import { judgedTurn } from '../answer.ts';
import { judged, unknown } from '../grading.ts';
import type { Assertion, Family } from '../port.ts';

const dayMs = 86_400_000;

const tlsExpiry: Assertion<number> = {
  type: 'tls-expiry',
  summary: "The server's certificate is valid for at least this long: 14d.",
  args: durationField(),
  needs: [],
  grade: (leastMs, seen) => {
    const { certificateDays } = judgedTurn(seen);
    if (certificateDays === null) return unknown('there is no certificate (the agent is not reached by https)');
    const leftMs = certificateDays * dayMs;
    const left = leftMs < 0 ? `ended ${humanDuration(-leftMs)} ago` : `ends in ${humanDuration(leftMs)}`;
    return judged(leftMs >= leastMs, `${certificateDays} days`, `the certificate ${left}; it must be valid for ${humanDuration(leastMs)}`);
  },
};

const tls: Family = { 'tls-expiry': tlsExpiry };

export default tls;
