import { describe, expect, it } from 'vitest';
import { type Look, plainLook, type Tone } from '../../src/ground/output/look.ts';
import { displayWidth } from '../../src/ground/output/width.ts';
import { renderHealthText } from '../../src/views/health-text.ts';
import type { ViewOptions } from '../../src/views/words.ts';
import { agent, assertion, check, report, troubled } from './sample.ts';

const show = (look: Partial<Look>, verbose = false): ViewOptions => ({ look: { ...plainLook, ...look }, verbose, zone: 'UTC' });
const text = (look: Partial<Look>, verbose = false): string => `\n${renderHealthText(troubled, show(look, verbose))}`;

describe('the fleet as text', () => {
  it('fits 80 columns: the reason stands under its agent', () => {
    expect(text({ width: 80 })).toBe(`
✖ acme: 2 red, 1 unknown, 1 yellow, 2 green, 1 suppressed, 1 in maintenance of 8
  agents · 3.21 s

STATE      AGENT               TIER  SINCE  LATENCY      COST  UP 24H
✖ red      support                1    3 m   1.24 s   $0.0084     97%
    refund-window failed: the answer does not contain "30 days". (and 1 more)
    ✖ support/refund-window  fail  3 in a row · 2 attempts · 1.24 s
        expected  contains: 30 days
        saw       You have 14 days to return a phone, counted from the day on
                  which the parcel was handed to you.
✖ red      kb-search              2   12 m        -         -  99.95%
    lookup failed: connection to kb.acme.io:443 was refused.
    ✖ kb-search/lookup  fail  unreachable, ECONNREFUSED · 5 in a row · 2
      attempts
        Connection to kb.acme.io:443 was refused.
▲ yellow   returns-eu-central     2    1 d   3.40 s   $0.0042  99.62%
    label took 3.40 s, above the 3 s from which it counts as degraded.
    ▲ returns-eu-central/label  degraded  3.40 s
? unknown  billing                1      -    90 ms         -       -
    The credential for billing was refused: 401 from billing.acme.io.
    ? billing/invoice  error  unauthorized, http 401 · 90 ms
✖ red      chat                   1   12 m   1.24 s   $0.0042     98%
    suppressed by kb-search: answer failed: the agent said it failed.
▲ yellow   nightly                3   40 d        -         -    100%
    in maintenance: digest was skipped.
✔ green    translate              3   40 d   1.24 s  $0.00031    100%
✔ green    search                 2    5 h     12 s   $0.0042       -
`);
  });

  it('fits 120 columns: the reason stands in its line', () => {
    expect(text({ width: 120 })).toBe(`
✖ acme: 2 red, 1 unknown, 1 yellow, 2 green, 1 suppressed, 1 in maintenance of 8 agents · 3.21 s

STATE      AGENT               TIER  SINCE  LATENCY      COST  UP 24H  WHY
✖ red      support                1    3 m   1.24 s   $0.0084     97%  refund-window failed: the answer does not contai…
    ✖ support/refund-window  fail  3 in a row · 2 attempts · 1.24 s
        expected  contains: 30 days
        saw       You have 14 days to return a phone, counted from the day on which the parcel was handed to you.
✖ red      kb-search              2   12 m        -         -  99.95%  lookup failed: connection to kb.acme.io:443 was…
    ✖ kb-search/lookup  fail  unreachable, ECONNREFUSED · 5 in a row · 2 attempts
        Connection to kb.acme.io:443 was refused.
▲ yellow   returns-eu-central     2    1 d   3.40 s   $0.0042  99.62%  label took 3.40 s, above the 3 s from which it c…
    ▲ returns-eu-central/label  degraded  3.40 s
        label took 3.40 s, above the 3 s from which it counts as degraded.
? unknown  billing                1      -    90 ms         -       -  The credential for billing was refused: 401 from…
    ? billing/invoice  error  unauthorized, http 401 · 90 ms
        The credential for billing was refused: 401 from billing.acme.io.
✖ red      chat                   1   12 m   1.24 s   $0.0042     98%  suppressed by kb-search: answer failed: the agen…
    suppressed by kb-search: answer failed: the agent said it failed.
▲ yellow   nightly                3   40 d        -         -    100%  in maintenance: digest was skipped.
✔ green    translate              3   40 d   1.24 s  $0.00031    100%
✔ green    search                 2    5 h     12 s   $0.0042       -
`);
  });

  it('is whole in a pipe, with one line per agent', () => {
    expect(text({})).toBe(`
✖ acme: 2 red, 1 unknown, 1 yellow, 2 green, 1 suppressed, 1 in maintenance of 8 agents · 3.21 s

STATE      AGENT               TIER  SINCE  LATENCY      COST  UP 24H  WHY
✖ red      support                1    3 m   1.24 s   $0.0084     97%  refund-window failed: the answer does not contain "30 days". (and 1 more)
    ✖ support/refund-window  fail  3 in a row · 2 attempts · 1.24 s
        expected  contains: 30 days
        saw       You have 14 days to return a phone, counted from the day on which the parcel was handed to you.
✖ red      kb-search              2   12 m        -         -  99.95%  lookup failed: connection to kb.acme.io:443 was refused.
    ✖ kb-search/lookup  fail  unreachable, ECONNREFUSED · 5 in a row · 2 attempts
        Connection to kb.acme.io:443 was refused.
▲ yellow   returns-eu-central     2    1 d   3.40 s   $0.0042  99.62%  label took 3.40 s, above the 3 s from which it counts as degraded.
    ▲ returns-eu-central/label  degraded  3.40 s
? unknown  billing                1      -    90 ms         -       -  The credential for billing was refused: 401 from billing.acme.io.
    ? billing/invoice  error  unauthorized, http 401 · 90 ms
✖ red      chat                   1   12 m   1.24 s   $0.0042     98%  suppressed by kb-search: answer failed: the agent said it failed.
▲ yellow   nightly                3   40 d        -         -    100%  in maintenance: digest was skipped.
✔ green    translate              3   40 d   1.24 s  $0.00031    100%
✔ green    search                 2    5 h     12 s   $0.0042       -
`);
  });

  it('needs nothing but ASCII', () => {
    const ascii = text({ width: 80, unicode: false });
    expect(ascii).toMatch(/^[ -~\n]*$/);
    expect(ascii).toContain('x red      support                1    3 m   1.24 s   $0.0084     97%\n');
    expect(ascii).toContain('! yellow   returns-eu-central     2    1 d   3.40 s   $0.0042  99.62%\n');
  });

  it('shows an assertion that only informs when verbose, and never as what failed', () => {
    const informs = assertion({
      assertion: 'contains: please',
      pass: false,
      message: 'It does not contain "please".',
      saw: 'no',
      informative: true,
    });
    const failed = check({
      status: 'fail',
      reason: 'Too long.',
      assertions: [informs, assertion({ assertion: 'word-count: 5', pass: false, saw: '9' })],
    });
    const sample = report({ state: 'red', agents: [agent({ state: 'red', reasons: ['refund-window: Too long.'], checks: [failed] })] });
    expect(renderHealthText(sample, show({}, true))).toContain(
      '        ○ contains: please (weight 0)  It does not contain "please". · saw no\n',
    );
    expect(renderHealthText(sample, show({}))).not.toContain('please');
    expect(renderHealthText(sample, show({}))).toContain('expected  word-count: 5');
  });

  it('says a cause only where it is more than the outcome', () => {
    const stopped = (cause: string | null) => {
      const checks = [check({ status: 'fail', outcome: 'interrupted', cause, reason: 'It waits.', assertions: [] })];
      return renderHealthText(report({ state: 'red', agents: [agent({ state: 'red', reasons: ['x'], checks })] }), show({}));
    };
    expect(stopped('interrupt')).toContain('fail  interrupted · 1.24 s\n');
    expect(stopped('input required')).toContain('fail  interrupted, input required · 1.24 s\n');
  });

  it('shows every check and assertion when verbose', () => {
    const verbose = text({}, true);
    expect(verbose).toContain('    ✔ support/greeting  pass  820 ms · $0.0042 · trace 0af7651916cd43dd8448eb211c80319c\n');
    expect(verbose).toContain('        ✔ tool-called: search_kb  search_kb was called.\n');
    expect(verbose).toContain('        ✖ contains: 30 days  The answer does not contain "30 days". · saw You have 14 days');
    expect(verbose).toContain('    Quality is below 0.8.\n');
  });

  it.each([40, 60, 80, 100, 120, 200])('never exceeds %i columns', (width) => {
    for (const verbose of [false, true]) {
      for (const line of text({ width }, verbose).split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(width);
    }
  });

  it('says in words what it says in colour', () => {
    const painted = new Set<Tone>();
    const paint = (tone: Tone, raw: string): string => {
      painted.add(tone);
      return raw;
    };
    expect(text({ width: 80, paint })).toBe(text({ width: 80 }));
    expect([...painted].sort()).toEqual(['bad', 'dim', 'good', 'plain', 'strong', 'unknown', 'warn']);
  });
});

describe('the verdict', () => {
  const verdict = (parts: Parameters<typeof report>[0]): string => renderHealthText(report(parts), show({})).split('\n')[0] ?? '';

  it('is short when all is well', () => {
    expect(verdict({ agents: [agent()] })).toBe('✔ acme: 1 agent green · 3.21 s');
    expect(verdict({ agents: [agent(), agent({ agent: 'chat' })] })).toBe('✔ acme: all 2 agents green · 3.21 s');
  });

  it('does not count what is in maintenance as green or red', () => {
    expect(verdict({ agents: [agent({ state: 'red', inMaintenance: true })] })).toBe(
      '✔ acme: nothing was judged, 1 in maintenance of 1 agent · 3.21 s',
    );
  });

  it('says when the run was cut short', () => {
    expect(verdict({ complete: false, state: 'unknown', agents: [agent({ state: 'unknown', reasons: ['not run'] })] })).toBe(
      '? acme: 1 agent unknown, stopped before every check was run · 3.21 s',
    );
  });

  it('stands alone where no agent was selected', () => {
    expect(renderHealthText(report({ agents: [] }), show({}))).toBe('✔ acme: 0 agents · 3.21 s\n');
  });
});

describe('what stands under an agent', () => {
  const under = (parts: Parameters<typeof agent>[0]): string => {
    const lines = renderHealthText(report({ state: 'red', agents: [agent({ state: 'red', reasons: ['why'], ...parts })] }), show({})).split(
      '\n',
    );
    return lines.slice(4).join('\n');
  };

  it('names the cause of a turn that did not end well', () => {
    const late = check({
      status: 'fail',
      outcome: 'timeout',
      cause: 'first byte',
      reason: 'No byte within 5 s.',
      assertions: [],
      latencyMs: null,
    });
    expect(under({ checks: [late] })).toBe('    ✖ support/refund-window  fail  timeout, first byte\n        No byte within 5 s.\n');
  });

  it('names a safety event and what has changed', () => {
    const leak = check({ status: 'fail', safety: true, drift: ['tools', 'model'], reason: 'Leaked.', assertions: [], latencyMs: 5 });
    expect(under({ checks: [leak] })).toContain('fail  safety event · changed: tools, model · 5 ms\n');
  });

  it('does not repeat a reason that stands in the line above', () => {
    const late = check({ status: 'fail', reason: 'No byte within 5 s.', assertions: [], latencyMs: null });
    expect(under({ reasons: ['refund-window failed: No byte within 5 s.'], checks: [late] })).toBe('    ✖ support/refund-window  fail\n');
  });

  it('says how the turn ended also where an assertion failed, and once what the assertion says', () => {
    const failed = assertion({
      assertion: 'tool-called: refund',
      pass: false,
      saw: 'no tool was called',
      message: 'refund was not called',
    });
    const waits = check({ status: 'fail', outcome: 'interrupted', reason: 'It waits for "Approve $12?"', assertions: [failed] });
    expect(under({ checks: [waits] })).toContain(
      '\n        It waits for "Approve $12?"\n        expected  tool-called: refund\n        saw       no tool was called\n',
    );
    const wrong = check({ status: 'fail', reason: 'refund was not called (and 1 more)', assertions: [failed] });
    expect(under({ checks: [wrong] })).not.toContain('and 1 more');
  });

  it('is left out for an agent that another one pulls down', () => {
    expect(under({ suppressedBy: 'kb-search', checks: [check({ status: 'fail' })] })).toBe('');
  });
});
