import type { Cell, Look } from '../ground/output/look.ts';

/** The lines that lead to a node of a drawn tree; each a piece of its own, so that its blanks are kept. `true`: another branch follows. */
export const branchPieces = (look: Look, branches: readonly boolean[]): readonly Cell[] => {
  const [on, gap, fork, end] = look.unicode ? ['│  ', '   ', '├─ ', '└─ '] : ['|  ', '   ', '|- ', '`- '];
  return branches.map((follows, level) => {
    const isOwn = level === branches.length - 1;
    return { text: isOwn ? (follows ? fork : end) : follows ? on : gap, tone: 'dim' };
  });
};

/** Columns that `branchPieces` takes. */
export const branchWidth = (branches: readonly boolean[]): number => 3 * branches.length;
