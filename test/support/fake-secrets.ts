/** Made-up credentials in the formats of real ones, put together here so that no scanner takes this file for a leak. */
const digits = '0123456789';
const mixed = 'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7aB3dE6gH9jK2mN5pQ8s';

export const fakeSecrets: readonly (readonly [kind: string, secret: string])[] = [
  ['AWS access key', ['AKIA', 'ABCDEFGH', 'IJKLMNOP'].join('')],
  ['GitHub token', ['ghp', mixed.slice(0, 36)].join('_')],
  ['GitHub token', ['github', 'pat', mixed].join('_')],
  ['GitLab token', ['glpat', mixed.slice(0, 20)].join('-')],
  ['Slack token', ['xoxb', digits, mixed.slice(0, 24)].join('-')],
  ['Anthropic key', ['sk', 'ant', 'api03', mixed].join('-')],
  ['API key', ['sk', 'proj', mixed].join('-')],
  ['Stripe key', ['sk', 'live', mixed.slice(0, 24)].join('_')],
  ['Google key', ['AI', 'za', mixed.slice(0, 35)].join('')],
  ['Hugging Face token', ['hf', mixed.slice(0, 34)].join('_')],
  ['LangSmith key', ['lsv2', 'pt', 'ab12'.repeat(8), 'ab12ab12ab'].join('_')],
  ['npm token', ['npm', mixed.slice(0, 36)].join('_')],
  ['SendGrid key', ['SG', mixed.slice(0, 22), mixed.slice(0, 43)].join('.')],
  ['JSON Web Token', [`eyJ${mixed.slice(0, 20)}`, `eyJ${mixed.slice(0, 30)}`, mixed].join('.')],
  ['password in a URL', ['postgres://app', `${mixed.slice(0, 9)}@db`].join(':')],
  ['bearer token', ['Bearer', mixed.slice(0, 30)].join(' ')],
  ['credential', ['api_key', `"${mixed.slice(0, 16)}"`].join(': ')],
  ['private key', ['-----BEGIN RSA PRIVATE', ' KEY-----\n', `${mixed}\n`.repeat(30), '-----END RSA PRIVATE', ' KEY-----'].join('')],
];
