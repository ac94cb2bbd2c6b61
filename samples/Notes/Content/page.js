import {
  explainNoError, explainParameter, explainRetryAfter, explainScheme, explainStatus, parseChallenges,
} from './challenge.js';
import { endpoints } from './endpoints.js';
import { print } from './json.js';
import { decode, explain, formatDate, shorten, tamper } from './token.js';

const element = (id) => document.getElementById(id);

// The page keeps the tokens only in this variable. Every script that ever runs on this origin can read localStorage and
// sessionStorage, so one injected line could steal a refresh token that is valid for days. The disadvantage: a reload signs out.
let tokens;

// The time by which the application's clock is ahead of this computer's clock. The application decides whether a token has expired.
let clockAhead = 0;

const kinds = [
  { name: 'ID token', of: () => tokens?.idToken, about: 'Describes the user, for this application.' },
  { name: 'Access token', of: () => tokens?.accessToken, about: 'Grants access. It has no profile of the user.' },
];

const senders = [
  { value: 'id', label: 'ID token', token: kinds[0].of, hint: 'The token that describes you.' },
  { value: 'access', label: 'Access token', token: kinds[1].of, hint: 'The token that grants access.' },
  {
    value: 'tampered',
    label: 'Tampered token',
    token: () => tokens && tamper(tokens.idToken),
    hint: 'The ID token with one character of its signature changed, like a forged token.',
  },
  { value: 'none', label: 'No token', token: () => undefined, hint: 'A request without a token.' },
];

// --- Requests -------------------------------------------------------------------------------------------------------------

/** Sends a request to the application, without cookies and without a cache. */
async function send({ method, path, token, json }) {
  const headers = new Headers({ Accept: 'application/json' });
  if (token) {
    headers.set('Authorization', `Bearer ${token}`);
  }
  if (json !== undefined) {
    headers.set('Content-Type', 'application/json');
  }
  const started = performance.now();
  try {
    // The address is relative to the page, because the application may be in a folder of its site.
    const response = await fetch(`.${path}`, {
      method, headers, body: json === undefined ? undefined : JSON.stringify(json), cache: 'no-store', credentials: 'omit',
    });
    const text = await response.text();
    return {
      method, path, token,
      status: response.status,
      reason: response.statusText,
      ok: response.ok,
      date: Date.parse(response.headers.get('Date')),
      challenge: response.headers.get('WWW-Authenticate'),
      retryAfter: response.headers.get('Retry-After'),
      isHtml: /html/.test(response.headers.get('Content-Type') ?? ''),
      text,
      json: parseJson(text),
      milliseconds: Math.round(performance.now() - started),
    };
  } catch {
    return { method, path, token, ok: false, unreachable: true };
  }
}

function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

// --- The session ----------------------------------------------------------------------------------------------------------

element('sign-in').addEventListener('submit', async (event) => {
  event.preventDefault();
  const form = event.currentTarget;
  if (form.ariaBusy === 'true') {
    return;
  }
  showProblem('');
  form.ariaBusy = 'true';
  const { username, password } = form.elements;
  const answer = await send({
    method: 'POST', path: '/api/session', json: { username: username.value, password: password.value },
  });
  form.ariaBusy = 'false';
  password.value = '';

  if (!takeTokens(answer)) {
    showProblem(problemOf(answer));
    password.focus();
    return;
  }
  form.reset();
  showSession();
  choose('id');
  element('session-title').focus();
  announce(`Signed in as ${userName()}.`);
});

element('refresh').addEventListener('click', async () => {
  const answer = await send({
    method: 'POST', path: '/api/session/refresh', json: { refreshToken: tokens.refreshToken },
  });
  const refreshed = tokens !== undefined && takeTokens(answer);
  if (refreshed) {
    showSession();
  }
  showAnswer(answer, refreshed ? 'The tokens above are new.' : 'The tokens above are still the old ones.');
});

element('sign-out').addEventListener('click', async () => {
  const { idToken, accessToken, refreshToken } = tokens;
  // Delete the tokens before the application answers, so that they are deleted for every answer.
  tokens = undefined;
  showSession();
  choose('none');
  element('username').focus();
  const answer = await send({ method: 'DELETE', path: '/api/session', token: idToken, json: { refreshToken } });
  // Cognito's access token is refused with the sign-in, so this call gets 401. cognito-local names no sign-in in its tokens.
  await send({ method: 'DELETE', path: '/api/session/token', token: accessToken });
  const checks = [];
  for (const token of [idToken, accessToken]) {
    checks.push(await send({ method: 'GET', path: '/api/me', token }));
  }
  showAnswer(answer, [
    'This page has deleted the tokens.',
    answer.ok ? '' : 'The user pool did not revoke the refresh token, which is valid until it expires.',
    checks.every((check) => check.status === 401)
      ? 'Both tokens have not expired, but the API refuses them from now on.'
      : 'The API still accepts them until they expire.',
  ].join(' '));
});

/** Keeps the tokens of an answer, if it has any. If a refresh returns no refresh token, the old one stays in use. */
function takeTokens({ ok, json, date }) {
  if (!ok || typeof json?.idToken !== 'string' || typeof json.accessToken !== 'string') {
    return false;
  }
  tokens = { ...json, refreshToken: json.refreshToken ?? tokens?.refreshToken };
  clockAhead = Number.isNaN(date) ? 0 : date - Date.now();
  return true;
}

function showSession() {
  const signedIn = tokens !== undefined;
  element('sign-in').hidden = signedIn;
  element('session').hidden = !signedIn;
  element('tokens').hidden = !signedIn;
  element('session-title').textContent = signedIn ? 'Signed in' : 'Sign in';
  element('who').replaceChildren('You are ', make('strong', { text: userName() }), '.');
  showTokens();
  for (const radio of document.querySelectorAll('input[name=sender]')) {
    radio.disabled = !signedIn && radio.value !== 'none';
  }
  showSenderHint();
}

function userName() {
  return decode(tokens?.idToken)?.payload['cognito:username'] ?? '';
}

function showProblem(text) {
  element('problem').textContent = text;
  element('problem').hidden = text === '';
}

function problemOf(answer) {
  return answer.unreachable
    ? 'The application does not answer. Is it running?'
    : answer.json?.message ?? `The application answered ${answer.status} ${answer.reason}.`;
}

// --- The tokens -----------------------------------------------------------------------------------------------------------

function showTokens() {
  element('token-cards').replaceChildren(...kinds.filter((kind) => kind.of()).map(tokenCard));
  countDown();
}

function tokenCard(kind) {
  const card = element('token-card').content.cloneNode(true).firstElementChild;
  const find = (selector) => card.querySelector(selector);
  const token = decode(kind.of());
  find('h3').textContent = kind.name;
  find('.about').textContent = kind.about;
  if (!token) {
    card.replaceChildren(find('h3'), make('p', { text: 'This token is not a JWT, so the page cannot decode it.' }));
    return card;
  }

  const { header, payload, segments } = token;
  find('.countdown').dataset.expires = payload.exp;
  find('.countdown').dataset.name = kind.name;
  find('.at').textContent = `at ${formatDate(payload.exp)}`;
  find('.header').textContent = print(header);
  find('.payload').textContent = print(payload);
  find('.claims dl').replaceChildren(...Object.entries({ ...header, ...payload }).flatMap(([name, value]) => {
    const { meaning, reading } = explain(name, value);
    return describe(name, reading, meaning);
  }));
  // On a phone, two open payloads would move everything else far down.
  find('.decoded').open = matchMedia('(min-width: 56rem)').matches;
  card.querySelectorAll('.jwt span').forEach((span, index) => { span.textContent = segments[index]; });
  return card;
}

function countDown() {
  for (const countdown of document.querySelectorAll('.countdown')) {
    const seconds = Math.round(Number(countdown.dataset.expires) - (Date.now() + clockAhead) / 1000);
    const expired = seconds <= 0;
    countdown.textContent = expired ? `Expired ${duration(-seconds)} ago,` : `Expires in ${duration(seconds)},`;
    countdown.classList.toggle('soon', !expired && seconds < 300);
    if (expired && !countdown.classList.contains('expired')) {
      countdown.classList.add('expired');
      announce(`The ${countdown.dataset.name} has expired.`);
    }
  }
}

setInterval(countDown, 1000);

function duration(seconds) {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours} h ${minutes} min` : minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}

// --- The calls ------------------------------------------------------------------------------------------------------------

element('senders').append(...senders.map(({ value, label }) => make('label', {
  class: 'sender',
  children: [make('input', { type: 'radio', name: 'sender', value, checked: value === 'none' ? '' : undefined }), label],
})));
element('senders').addEventListener('change', showSenderHint);

element('endpoints').append(...endpoints.map(endpointItem));

function endpointItem({ method, path, about, field, json }) {
  const item = element('endpoint').content.cloneNode(true).firstElementChild;
  const find = (selector) => item.querySelector(selector);
  find('.method').textContent = method;
  find('code').textContent = path;
  find('.hint').textContent = about;
  find('button').ariaLabel = `Call ${method} ${path}${json === undefined ? '' : ` ${json}`}`;

  let input;
  if (field) {
    const id = `field-${[path, json].join('-').replaceAll(/\W+/g, '-')}`;
    input = make('input', { id, name: field.name, value: field.value, autocomplete: 'off' });
    find('.do').prepend(make('label', { for: id, text: field.label }), input);
  }

  find('form').addEventListener('submit', async (event) => {
    event.preventDefault();
    const inPath = `{${field?.name}}`;
    const answer = await send({
      method,
      path: path.replace(inPath, () => encodeURIComponent(input.value)),
      token: sender().token(),
      json: json ?? (field && { [field.name]: input.value }),
    });
    showAnswer(answer);
  });
  return item;
}

function sender() {
  const { value } = document.querySelector('input[name=sender]:checked');
  return senders.find((each) => each.value === value);
}

function choose(value) {
  document.querySelector(`input[name=sender][value=${value}]`).checked = true;
  showSenderHint();
}

function showSenderHint() {
  element('sender-hint').textContent = tokens || sender().value !== 'none'
    ? sender().hint
    : 'A request without a token. Sign in to get tokens.';
}

// --- The answer -----------------------------------------------------------------------------------------------------------

function showAnswer(answer, consequence) {
  const status = answer.unreachable ? 'No answer' : `${answer.status} ${answer.reason}`.trim();
  const meaning = answer.unreachable
    ? 'The application does not answer. Is it running?'
    : explainStatus(answer.status, Boolean(answer.token));
  const kind = answer.ok ? 'good' : answer.status === 401 || answer.status === 403 ? 'refused' : 'bad';

  element('no-answer').hidden = true;
  element('answer-content').replaceChildren(
    make('p', {
      class: 'request',
      children: [
        make('code', { text: `${answer.method} ${answer.path}` }),
        make('br'),
        answer.token ? make('code', { text: `Authorization: Bearer ${shorten(answer.token)}` }) : 'without a token',
      ],
    }),
    make('p', { class: `status ${kind}`, children: [make('strong', { text: status })] }),
    make('p', { class: 'meaning', text: meaning }),
    ...(consequence ? [make('p', { class: 'consequence', text: consequence })] : []),
    ...challengeParts(answer),
    ...retryParts(answer),
    ...bodyParts(answer),
    make('p', { class: 'back', children: [make('a', { href: '#call', text: 'Back to the calls' })] }),
  );
  announce([`${answer.method} ${answer.path}: ${status}.`, meaning, consequence].filter(Boolean).join(' '));
  bringIntoView(element('answer'));
}

function challengeParts({ challenge, status, token }) {
  if (!challenge) {
    return status === 401 ? [make('p', { text: 'The answer has no WWW-Authenticate header, which a 401 must have.' })] : [];
  }
  return [
    make('h3', { text: 'WWW-Authenticate' }),
    make('pre', { class: 'challenge', text: challenge }),
    ...parseChallenges(challenge).map(({ scheme, parameters }) => make('dl', {
      children: [
        ...describe(scheme, undefined, explainScheme(scheme)),
        ...parameters.flatMap(([name, value]) => describe(name, value, explainParameter(name, value))),
        ...(parameters.some(([name]) => name === 'error')
          ? []
          : describe('error', 'absent', explainNoError(Boolean(token)))),
      ],
    })),
  ];
}

function retryParts({ retryAfter }) {
  return retryAfter
    ? [
      make('h3', { text: 'Retry-After' }),
      make('pre', { class: 'retry-after', text: retryAfter }),
      make('p', { text: explainRetryAfter(retryAfter) }),
    ]
    : [];
}

function bodyParts({ text, json, isHtml, milliseconds }) {
  if (text === undefined) {
    return [];
  }
  const took = make('p', { class: 'hint', text: `The answer took ${milliseconds} ms.` });
  if (text === '') {
    return [make('h3', { text: 'Body' }), make('p', { text: 'The body is empty.' }), took];
  }
  if (isHtml) {
    return [
      make('h3', { text: 'Body' }),
      make('details', {
        children: [
          make('summary', { text: `An HTML page of ${text.length} characters` }),
          make('pre', { class: 'body', text }),
        ],
      }),
      make('p', { class: 'hint', text: 'The web server wrote this page. No controller answered.' }),
      took,
    ];
  }
  return [
    make('h3', { text: 'Body' }),
    make('pre', { class: 'body', text: json === undefined ? text : print(hideTokens(json)) }),
    took,
  ];
}

// The answer stays on the screen after sign-out, so it must not show whole tokens.
const hideTokens = (json) => JSON.parse(
  JSON.stringify(json),
  (name, value) => (/Token$/.test(name) && typeof value === 'string' ? shorten(value) : value));

// --- Elements -------------------------------------------------------------------------------------------------------------

/** Creates the <dt> and <dd> for a name, its value and their meaning. */
function describe(name, value, meaning) {
  return [
    make('dt', {
      children: [make('code', { text: name }), ...(value === undefined ? [] : [' ', make('span', { class: 'value', text: value })])],
    }),
    make('dd', { text: meaning }),
  ];
}

// Text that the application sends is inserted as text, never as markup.
function make(name, { text, children, ...attributes } = {}) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value !== undefined) {
      made.setAttribute(attribute, value);
    }
  }
  made.append(...(children ?? (text === undefined ? [] : [text])));
  return made;
}

/** Makes screen readers read a change of the page. */
function announce(text) {
  const announcement = element('announcement');
  announcement.textContent = '';
  // Screen readers read the same text again only if it was empty in between.
  setTimeout(() => { announcement.textContent = text; }, 50);
}

function bringIntoView(part) {
  const { top } = part.getBoundingClientRect();
  if (top < 0 || top > innerHeight * 0.6) {
    part.scrollIntoView({ block: 'start' });
  }
}

showSession();
