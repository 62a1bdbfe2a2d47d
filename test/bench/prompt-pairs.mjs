/**
 * Questions of which it is known whether each was asked before: 22.9 % were, nearly half of them word for word but for what a machine put
 * in (dates, ids, spacing, case), most others with a few words changed, some in quite other words. Made up; nothing here knows how
 * prompts are compared.
 */
const subjects =
  'order parcel refund invoice subscription voucher delivery return warranty account password address card receipt upgrade'.split(' ');
const verbs = 'track cancel change find extend receive confirm explain correct replace renew close open move check'.split(' ');
const places = 'Berlin Lyon Porto Gdansk Turin Malmo Ghent Graz Cork Split Tartu Leeds Basel Nantes Brno'.split(' ');
const things = 'kettle lamp bicycle phone chair monitor tent camera drill sofa printer guitar backpack heater blender'.split(' ');
const reasons = [
  'because the box came open and a part of it was missing',
  'since my neighbour took it in and has left for three weeks',
  'as the colour is not at all what the picture on the page showed',
  'because I paid twice and the bank says that both went through',
  'since nobody answered the phone on any of the last four days',
  'as the size does not fit and the shop in town has none left',
  'because the app shows an error each time that I press the button',
  'since I am moving house and will not be there any more then',
];
const endings = [
  'What should I do now',
  'Can you help me with that',
  'Please tell me what happens next',
  'How long will that take',
  'Whom do I have to write to',
];

/** Shares of all questions: asked before, and how. */
export const repeatShare = 0.229;
const [wordForWord, nearly] = [0.109 / repeatShare, 0.086 / repeatShare];

const pad = (value) => String(value).padStart(2, '0');

/** Questions in the order they were asked, each with the number of what it asks. */
export const labelledPrompts = (random, count) => {
  const asked = [];
  const prompts = [];
  for (let at = 0; at < count; at++) {
    const isAgain = asked.length > 50 && random.next() < repeatShare * (count / (count - 50));
    if (!isAgain) {
      const question = { id: asked.length, text: fresh(random) };
      asked.push(question);
      prompts.push({ id: question.id, text: noisy(random, question.text) });
      continue;
    }
    const question = random.pick(asked);
    const kind = random.next();
    const text =
      kind < wordForWord
        ? question.text
        : kind < wordForWord + nearly
          ? edited(random, question.text, 1)
          : edited(random, question.text, 4 + Math.floor(random.next() * 4));
    prompts.push({ id: question.id, text: noisy(random, text), isAgain });
  }
  return prompts;
};

const fresh = (random) =>
  `I want to ${random.pick(verbs)} the ${random.pick(subjects)} for the ${random.pick(things)} that I bought in ${random.pick(places)} together with a ${random.pick(things)} and a ${random.pick(things)} for my ${random.pick(['mother', 'brother', 'office', 'school', 'club'])}, ${random.pick(reasons)}, and the ${random.pick(subjects)} says that I must ${random.pick(verbs)} it in ${random.pick(places)} first, ${random.pick(reasons)}. ${random.pick(endings)}?`;

/** What a machine puts in: it asks for nothing else. */
const noisy = (random, text) => {
  const date = `2026-${pad(1 + Math.floor(random.next() * 12))}-${pad(1 + Math.floor(random.next() * 28))}T${pad(Math.floor(random.next() * 24))}:${pad(Math.floor(random.next() * 60))}:00Z`;
  const id = Array.from({ length: 32 }, () => '0123456789abcdef'[Math.floor(random.next() * 16)]).join('');
  const spaced = random.next() < 0.3 ? text.replaceAll(' ', '  ') : text;
  return `Today is ${date}. Request ${id}. ${random.next() < 0.3 ? spaced.toUpperCase() : spaced}`;
};

/** Some words replaced by others. */
const edited = (random, text, count) => {
  const words = text.split(' ');
  for (let each = 0; each < count; each++) {
    const at = count === 1 ? random.pick([1, 2, words.length - 1, words.length - 2]) : Math.floor(random.next() * words.length);
    words[at] = random.pick(['really', 'kindly', 'again', 'soon', 'maybe', 'quickly', 'still']);
  }
  return words.join(' ');
};

/** Which prompts a store of answers would have answered, and how many of those rightly. */
export const foundBy = (prompts, isSame) => {
  let [found, right] = [0, 0];
  const stored = [];
  for (const prompt of prompts) {
    const match = stored.find((each) => isSame(each, prompt));
    if (match === undefined) stored.push(prompt);
    else {
      found += 1;
      right += match.id === prompt.id ? 1 : 0;
    }
  }
  return { share: found / prompts.length, precision: found === 0 ? 1 : right / found };
};
