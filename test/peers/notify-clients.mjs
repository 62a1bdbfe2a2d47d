// The vendors' own clients of channels, as judges: one sends what stands on standard input, so that a test can hold against it what ours sends.
// Usage: notify-clients.mjs CLIENT URL < JSON

const [client, url] = process.argv.slice(2);
const sent = JSON.parse(await new Response(process.stdin).text());

/** An event of Events API v2, or a change where it has no action. The client speaks TLS only. */
const pagerduty = async () => {
  const { default: pdjs } = await import('@pagerduty/pdjs');
  const type = sent.event_action === undefined ? 'change' : 'event';
  const { response } = await pdjs.event({ server: new URL(url).host, type, data: sent });
  return response.status;
};

const slack = async () => {
  const { IncomingWebhook } = await import('@slack/webhook');
  return (await new IncomingWebhook(url).send(sent)).text;
};

/** `{ key, create }`, or `{ key, alias, close }` or `acknowledge`. */
const opsgenie = async () => {
  const { default: sdk } = await import('opsgenie-sdk');
  sdk.configure({ host: url, api_key: sent.key, maxAttempts: 1 });
  const answered = (call) =>
    new Promise((done, failed) => call((error, answer) => (error ? failed(new Error(JSON.stringify(error))) : done(answer))));
  if (sent.create !== undefined) return answered((cb) => sdk.alertV2.create(sent.create, cb));
  const verb = sent.close === undefined ? 'acknowledge' : 'close';
  return answered((cb) => sdk.alertV2[verb]({ identifier: encodeURIComponent(sent.alias), identifierType: 'alias' }, sent[verb], cb));
};

console.log(JSON.stringify(await { pagerduty, slack, opsgenie }[client]()));
