import type { ApiTrouble } from '../../clients/api-trouble.ts';
import type { Ping } from './port.ts';

/** What a trouble means for the question whether a backend can be read. */
export const pingOfTrouble = ({ code, message }: ApiTrouble): Ping => ({
  state: code === 'backend_unauthorized' ? 'unauthorized' : 'failed',
  detail: message,
});
