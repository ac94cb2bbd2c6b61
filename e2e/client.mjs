// A client that sends exactly the given headers. fetch would join, drop or refuse some of them.

import http from 'node:http';

const createAgent = () => new http.Agent({ keepAlive: true, maxSockets: 256 });
const sharedAgent = createAgent();

/** Has connections of its own, so that its requests do not wait for those of others. */
export const otherConnections = createAgent();

/**
 * @param headers pairs of name and value, sent unchanged and in this order
 * @param json    a body, sent as JSON
 * @param agent   has the connections
 */
export function send(url, {
  method = 'GET', path, headers = [], json, body = json === undefined ? undefined : JSON.stringify(json), agent = sharedAgent,
}) {
  const all = [...headers];
  if (json !== undefined) {
    all.push(['Content-Type', 'application/json']);
  }
  if (body !== undefined) {
    all.push(['Content-Length', Buffer.byteLength(body)]);
  }
  const { hostname, port, host } = new URL(url);
  all.unshift(['Host', host]);
  return new Promise((resolve, reject) => {
    const request = http.request({ hostname, port, path, method, agent, headers: all.flat(), timeout: 60_000 }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({
          status: response.statusCode,
          reason: response.statusMessage,
          headers: response.headers,
          challenge: response.headers['www-authenticate'],
          text,
          json: parse(text),
        });
      });
    });
    request.on('timeout', () => request.destroy(new Error(`No answer to ${method} ${path} within a minute.`)));
    request.on('error', reject);
    request.end(body);
  });
}

export const bearer = (token) => ['Authorization', `Bearer ${token}`];

/** Returns the token with one character in the middle of its signature changed. */
export function tamper(token) {
  const position = Math.floor((token.lastIndexOf('.') + token.length) / 2);
  return token.slice(0, position) + (token[position] === 'A' ? 'B' : 'A') + token.slice(position + 1);
}

/** Returns the token with a key id that its pool does not have. */
export function withUnknownKey(token) {
  return [Buffer.from('{"alg":"RS256","kid":"invented"}').toString('base64url'), ...token.split('.').slice(1)].join('.');
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Waits until a sign-in is not in the second of an earlier revocation. Tokens have whole seconds. */
export const pastSecond = () => new Promise((resolve) => { setTimeout(resolve, 1100); });
