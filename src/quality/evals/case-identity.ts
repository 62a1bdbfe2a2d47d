import { createHash } from 'node:crypto';
import { canonicalJson, type Json } from '../../ground/json.ts';

const digest = (value: Json, digits: number): string => createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, digits);

/** The id of a case that names none: of what is asked alone, so that it stays when the expectations are refined. Twelve hex digits. */
export const derivedId = (inputs: readonly string[]): string => digest(inputs, 12);

/** What decides how hard a case is to pass, with its variables filled in. */
export interface CaseSubstance {
  readonly turns: readonly { readonly input: string; readonly expect: readonly Json[] }[];
  readonly expect: readonly Json[];
  /** The variables, where code among the expectations can see them; else null: what was filled in counts already. */
  readonly vars: Readonly<Record<string, Json>> | null;
}

/** Sixteen hex digits; a case whose hash changed is a new case. As written, so that a newer version of this program sees the same case. */
export const caseHash = ({ turns, expect, vars }: CaseSubstance): string =>
  digest({ turns: turns.map(({ input, expect: each }) => ({ input, expect: each })), expect, vars }, 16);
