import { expect, test } from 'vitest';
import { addTo } from '../../../src/ground/math/sketch.ts';
import { drawDays } from '../../../src/telemetry/advice/estimate.ts';
import { adviseBatching } from '../../../src/telemetry/advice/strategies/batching.ts';
import { adviseBudget, requestLimit } from '../../../src/telemetry/advice/strategies/budgets.ts';
import { advisePromptCache } from '../../../src/telemetry/advice/strategies/prompt-cache.ts';
import { adviseResponseCache } from '../../../src/telemetry/advice/strategies/response-cache.ts';
import { adviseRouting } from '../../../src/telemetry/advice/strategies/routing.ts';
import { measureEstimates } from '../../bench/advice-scenarios.mjs';

const program = { addTo, drawDays, adviseBatching, adviseBudget, requestLimit, advisePromptCache, adviseResponseCache, adviseRouting };

/** `npm run bench -- advice --seeds=200` asks 200 agents and wants 90 %; of ten, chance may take two. */
const seeds = Array.from({ length: 10 }, (_, at) => at + 1);

test('ranges hold the savings of made-up agents, and are narrow where they are called measured', { timeout: 120_000 }, () => {
  for (const { name, grade, held, halfWidth } of measureEstimates(program, seeds)) {
    expect(held, name).toBeGreaterThanOrEqual(0.8);
    if (grade === 'measured') expect(halfWidth, name).toBeLessThanOrEqual(0.35);
  }
});
