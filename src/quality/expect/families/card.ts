import { z } from 'zod';
import { globPattern } from '../../../ground/pattern.ts';
import { excerpt } from '../../../ground/redaction/redaction.ts';
import { judgedTurn } from '../answer.ts';
import { judged, unknown } from '../grading.ts';
import type { Assertion, Family } from '../port.ts';

const nameField = z.string({ error: 'must be the name of a skill' }).min(1, 'must not be empty');

/** Reads the card of a promptless probe: A2A calls them skills, MCP calls them tools. */
const skills: Assertion<readonly string[]> = {
  type: 'skills',
  summary: 'The agent offers each of these skills or tools (* and ? allowed). For probes: it reads the card of the agent.',
  args: z
    .union([nameField, z.array(nameField).min(1, 'must name at least one skill')], { error: 'must be a list of skills' })
    .transform((given): readonly string[] => (typeof given === 'string' ? [given] : given)),
  needs: [],
  grade: (wanted, seen) => {
    const { card } = judgedTurn(seen);
    if (card === null) return unknown('there is no card (only a probe without input reads it)');
    const offered = [...card.skills, ...card.tools];
    const missing = wanted.filter((skill) => !offered.some((name) => globPattern(skill).test(name)));
    const message = missing.length === 0 ? `the agent offers ${wanted.join(', ')}` : `the agent does not offer ${missing.join(', ')}`;
    return judged(missing.length === 0, offered.length === 0 ? 'none' : excerpt(offered.join(', ')), message);
  },
};

const card: Family = { skills };

export default card;
