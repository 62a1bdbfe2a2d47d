import { type Pattern, pattern } from '../pattern.ts';

/** A piece of a text that must not be shown. */
export interface Sensitive {
  readonly kind: string;
  readonly start: number;
  readonly end: number;
}

interface Format {
  readonly kind: string;
  readonly pattern: Pattern;
  /** Tells a hit from a look-alike. */
  readonly confirm?: (hit: string) => boolean;
}

const hasDigit = (hit: string): boolean => /\d/.test(hit);
const mixesLettersAndDigits = (hit: string): boolean => /\d/.test(hit) && /[A-Za-z]/.test(hit);

/** A quote, also as it stands in JSON inside JSON. */
const quote = `\\\\{0,3}["']?`;

/** Formats that vendors publish so that scanners can find them; then keys by structure; then values that are called a secret. */
const formats: readonly Format[] = [
  {
    kind: 'private key',
    pattern: pattern('(?s)-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|\\z)'),
  },
  { kind: 'AWS access key', pattern: pattern('\\b(?:AKIA|ASIA)[A-Z0-9]{16}\\b') },
  { kind: 'GitHub token', pattern: pattern('\\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,})') },
  { kind: 'GitLab token', pattern: pattern('\\bglpat-[A-Za-z0-9_-]{20,}') },
  { kind: 'Slack token', pattern: pattern('\\b(?:xox[abeoprs]-[A-Za-z0-9-]{10,}|xapp-[A-Za-z0-9-]{20,})') },
  { kind: 'Slack webhook', pattern: pattern('hooks\\.slack\\.com/(?:services|workflows)/[A-Za-z0-9/_-]{20,}') },
  { kind: 'Anthropic key', pattern: pattern('\\bsk-ant-[A-Za-z0-9_-]{20,}') },
  { kind: 'API key', pattern: pattern('\\b(?:sk|pk|rk)-[A-Za-z0-9_-]{20,}'), confirm: hasDigit },
  { kind: 'Stripe key', pattern: pattern('\\b(?:[prs]k_(?:live|test)|whsec)_[A-Za-z0-9]{16,}') },
  { kind: 'Google key', pattern: pattern('\\b(?:AIza[A-Za-z0-9_-]{35}|GOCSPX-[A-Za-z0-9_-]{20,}|ya29\\.[A-Za-z0-9_-]{20,})') },
  { kind: 'Hugging Face token', pattern: pattern('\\bhf_[A-Za-z0-9]{30,}') },
  { kind: 'LangSmith key', pattern: pattern('\\blsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}') },
  { kind: 'npm token', pattern: pattern('\\bnpm_[A-Za-z0-9]{36}') },
  { kind: 'PyPI token', pattern: pattern('\\bpypi-[A-Za-z0-9_-]{50,}') },
  { kind: 'SendGrid key', pattern: pattern('\\bSG\\.[A-Za-z0-9_-]{16,}\\.[A-Za-z0-9_-]{16,}') },
  { kind: 'Twilio key', pattern: pattern('\\bSK[0-9a-f]{32}\\b') },
  { kind: 'DigitalOcean token', pattern: pattern('\\bdo[opr]_v1_[0-9a-f]{64}') },
  { kind: 'Azure storage key', pattern: pattern('AccountKey=[A-Za-z0-9+/]{80,}={0,2}') },
  { kind: 'JSON Web Token', pattern: pattern('\\beyJ[A-Za-z0-9_-]{10,}\\.eyJ[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]{10,}') },
  { kind: 'password in a URL', pattern: pattern('\\b[a-z][a-z0-9+.-]{1,20}://[^\\s/:@]{1,100}:[^\\s/:@]{3,200}@') },
  { kind: 'bearer token', pattern: pattern('(?i)\\bbearer\\s+[a-z0-9._~+/-]{20,}=*'), confirm: hasDigit },
  {
    kind: 'credential',
    pattern: pattern(
      `(?i)\\b[a-z0-9_.-]{0,40}(?:api[_-]?key|secret|passwd|password|access[_-]?token|auth[_-]?token|private[_-]?key)${quote}\\s{0,3}[:=]\\s{0,3}${quote}[^\\s"',;\\\\]{12,}`,
    ),
    confirm: (hit) => mixesLettersAndDigits(hit.slice(hit.search(/[:=]/) + 1)),
  },
];

/** Credentials in a text, by well-known formats. Cannot see a secret that looks like ordinary words. */
export const findSecrets = (text: string): readonly Sensitive[] =>
  formats.flatMap(({ kind, pattern: format, confirm }) =>
    format
      .findAll(text)
      .filter((hit) => confirm?.(hit.text) ?? true)
      .map(({ start, end }) => ({ kind, start, end })),
  );
