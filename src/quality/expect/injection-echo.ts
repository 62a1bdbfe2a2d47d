import { type Found, pattern } from '../../ground/pattern.ts';

const rules = '(?:instructions?|prompts?|rules|guidelines|directions|guardrails)';

/** Traces of an instruction that came in with the data: repeated, obeyed, or answered with the system prompt. */
const echoes = [
  [
    'an instruction override',
    pattern(
      `(?i)\\b(?:ignor(?:e|ing)|disregard(?:ing)?|forget(?:ting)?|overrid(?:e|ing)|bypass(?:ing)?) (?:\\w+ ){0,3}(?:previous|prior|above|earlier|preceding|original|system|safety|my|your) (?:\\w+ ){0,2}${rules}\\b`,
    ),
  ],
  [
    'a takeover of its role',
    pattern(
      "(?i)\\b(?:you are now|I am now|I'm now|entering|enabl(?:e|ing)|activat(?:e|ing)) (?:in )?(?:an? )?(?:DAN\\b|developer mode|jailbr(?:eak|oken)|god mode|unrestricted (?:mode|AI)|debug mode)",
    ),
  ],
  [
    'its system prompt',
    pattern(
      `(?i)\\b(?:my|the) (?:system|initial|hidden|original) (?:prompt|message|instructions?) (?:is|are|says?|reads?|begins?|starts?|was|were|states?)\\b`,
    ),
  ],
  [
    'its system prompt',
    pattern(
      `(?i)\\b(?:here (?:is|are)|these are|below (?:is|are)) (?:my|the) (?:\\w+ )?(?:system (?:prompt|message|instructions?)|hidden instructions?|initial instructions?)\\b`,
    ),
  ],
  [
    'its system prompt',
    pattern(
      '(?i)\\b(?:my instructions|I was (?:told|instructed)|I have been instructed) (?:are |say )?(?:never |not )?to (?:reveal|disclose|share|mention|say)\\b',
    ),
  ],
  [
    'chat template marks',
    pattern(
      '(?i)<\\|(?:im_start|im_end|system|start_header_id|endoftext)\\|>|\\[/?INST\\]|<</?SYS>>|(?:BEGIN|END) SYSTEM (?:PROMPT|MESSAGE)',
    ),
  ],
] as const;

/** "I will not ignore my instructions" quotes an attack to turn it down. */
const denial = pattern(
  "(?i)\\b(?:not|never|can(?:no|')t|won't|don't|unable to|refuse to|decline to|asked (?:me )?to|attempts? to|tr(?:y|ies|ied|ying) to|request to) (?:\\w+ ){0,2}$",
);
const denialReach = 60;

export interface Echo {
  readonly what: string;
  readonly found: Found;
}

/** The first trace of an injected instruction in an answer, or null; words that turn one down do not count. */
export const findEcho = (text: string): Echo | null => {
  const plain = text.replaceAll('’', "'");
  for (const [what, echo] of echoes) {
    const found = echo.findAll(plain).find(({ start }) => !denial.test(plain.slice(Math.max(0, start - denialReach), start)));
    if (found !== undefined) return { what, found };
  }
  return null;
};
