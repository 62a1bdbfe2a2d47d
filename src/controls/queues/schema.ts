import { secretField } from '../../fleet/fields.ts';

/** The credential that a queue is read with. */
export const credentialField = () =>
  secretField().describe('A password, or user:password; wins over what the url holds. It needs no right to take or to put anything.');
