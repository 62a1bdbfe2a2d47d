import type { Failure } from '../../quality/health/result.ts';
import type { Standing } from '../../quality/health/streak.ts';
import type { AlertEvidence } from './alert-evidence.ts';

/** What is known of one check, and all that a state is judged from. */
export interface CheckEvidence {
  readonly check: string;
  readonly standing: Standing;
  /** UTC epoch ms since when it stands so; null where that is not known. */
  readonly since: number | null;
  /** Why it is not a plain pass; empty where it is. */
  readonly reason: string;
  /** A failure is a safety event. */
  readonly safety: boolean;
  /** When it last failed, and why; null where it did not, or that is not known. */
  readonly lastFailure: Failure | null;
  readonly flapping: boolean;
  /** Facets of the agent that changed unannounced, as was seen at `driftAt`. */
  readonly drift: readonly string[];
  readonly driftAt: number | null;
}

/** An action in force past its time. */
export interface Overdue {
  readonly reason: string;
  /** When it should have ended, UTC epoch ms. */
  readonly since: number | null;
}

/** One agent's evidence at a moment. */
export interface Evidence {
  readonly now: number;
  /** How long a safety event keeps the agent red, ms. */
  readonly safetyWindowMs: number;
  readonly checks: readonly CheckEvidence[];
  readonly overdue: readonly Overdue[];
  /** Open alerts; empty where rules were not evaluated of late. */
  readonly alerts: readonly AlertEvidence[];
}
