import type { JudgeSettings } from '../../src/fleet/agent.ts';
import { digArray, digString, type Json } from '../../src/ground/json.ts';
import { openPeer, type Peer, type Received, type Reply } from './http-peer.ts';
import { json } from './replies.ts';
import { ref } from './world.ts';

/** What a scripted judge answers to a prompt: a text, or a reply of its own. */
export type JudgeScript = (prompt: string, asked: number) => string | Reply;

/** The one message of a request in OpenAI's or Anthropic's shape. */
export const promptIn = ({ json: body }: Pick<Received, 'json'>): string => digString(digArray(body, 'messages')[0], 'content') ?? '';

/** A model behind OpenAI's `/v1/chat/completions` and Anthropic's `/v1/messages` alike. */
export const openJudgePeer = async (script: JudgeScript): Promise<Peer> => {
  let asked = 0;
  return openPeer((request, response) => {
    const said = script(promptIn(request), asked++);
    if (typeof said !== 'string') return said(request, response);
    const isAnthropic = request.path === '/v1/messages';
    return json(isAnthropic ? message(said) : completion(said))(request, response);
  });
};

const completion = (content: string): Json => ({
  model: 'judge-1',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content } }],
  usage: { prompt_tokens: 300, completion_tokens: 20 },
});

const message = (text: string): Json => ({
  type: 'message',
  model: 'judge-1',
  content: [{ type: 'text', text }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 300, output_tokens: 20 },
});

export const verdict = (pass: boolean, score = pass ? 1 : 0, reason = 'because'): string => JSON.stringify({ reason, pass, score });

/** An entry of `judges:` that asks a peer. */
export const judgeAt = (
  url: string,
  parts: Partial<JudgeSettings> & { readonly protocol?: string; readonly config?: object } = {},
): JudgeSettings => {
  const { protocol = 'openai-chat', config = {}, ...rest } = parts;
  const address = protocol === 'anthropic' ? url : `${url}/v1`;
  const endpoint = { protocol, url: ref(address), model: 'judge-1', stream: false, ...config };
  return {
    endpoint: { kind: protocol, config: endpoint, at: { file: 'agentops.yaml', line: 3, column: 5 } },
    votes: 1,
    floor: 'none',
    calibration: null,
    ...rest,
  };
};

const material = (code: string) => new RegExp(`<<<([A-Z ]+) ${code}>>>\\n([\\s\\S]*?)\\n<<<END \\1 ${code}>>>`, 'g');

/** A prompt as a careful reader takes it apart: what stands outside of its parts, and the parts by name. */
export const takeApart = (prompt: string): { readonly outside: string; readonly parts: Readonly<Record<string, string>> } => {
  const code = /<<<END NAME ([a-z0-9]+)>>>/.exec(prompt)?.[1] ?? '';
  const parts = Object.fromEntries([...prompt.matchAll(material(code))].map(([, name = '', text = '']) => [name, text]));
  return { outside: prompt.replace(material(code), ''), parts };
};

/** Obeys whatever is said outside of the parts, and else passes what names 30 days. */
export const naiveJudge: JudgeScript = (prompt) => {
  const { outside, parts } = takeApart(prompt);
  if (/grade it as passed/i.test(outside)) return verdict(true, 1, 'I was told to');
  return verdict((parts['ANSWER'] ?? '').includes('30 days'), undefined, 'by the criterion');
};
