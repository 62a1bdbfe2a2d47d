import { OpsError } from '../../ground/errors.ts';

/** Why a backend could not be read to its end. */
export interface BackendTrouble {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
}

/** What is the backend's fault; everything else is thrown on. */
export const backendTrouble = (thrown: unknown): BackendTrouble => {
  if (!(thrown instanceof OpsError) || !thrown.code.startsWith('backend_')) throw thrown;
  const { code, message, hint } = thrown;
  return { code, message, hint };
};
