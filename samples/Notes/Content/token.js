// Decodes a JWT (RFC 7519) without validating it.

/** Returns { header, payload, segments }, or undefined if the text is not a JWT. For example, Cognito's refresh tokens are not. */
export function decode(token) {
  const segments = String(token).split('.');
  try {
    const [header, payload] = segments.slice(0, 2).map((segment) => JSON.parse(fromBase64Url(segment)));
    return segments.length === 3 ? { header, payload, segments } : undefined;
  } catch {
    return undefined;
  }
}

/** Returns the token with one character in the middle of its signature changed. */
export function tamper(token) {
  const position = Math.floor((token.lastIndexOf('.') + token.length) / 2);
  return token.slice(0, position) + (token[position] === 'A' ? 'B' : 'A') + token.slice(position + 1);
}

/** Shortens a token so that it cannot be used, but still differs from other tokens. */
export const shorten = (token) => (token.length > 24 ? `${token.slice(0, 6)}…${token.slice(-6)}` : token);

/** Explains an entry of the header or the payload. `reading` is its value in words, if the value alone is not readable. */
export function explain(name, value) {
  const meaning = name.startsWith('custom:') ? 'A custom attribute of this user pool.' : meanings[name];
  return {
    meaning: meaning ?? 'This page has no explanation for it.',
    reading: dates.has(name) && Number.isFinite(value) ? formatDate(value) : undefined,
  };
}

export const formatDate = (seconds) => new Date(seconds * 1000)
  .toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

const dates = new Set(['exp', 'iat', 'nbf', 'auth_time']);

// https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html and
// …-using-the-access-token.html
const meanings = {
  alg: 'The algorithm of the signature. The API accepts only RS256.',
  kid: 'The id of the key that signed the token. The API looks it up in the JWKS of the user pool.',
  typ: 'The type: a JSON Web Token.',
  iss: 'The user pool that issued the token. The API accepts only its own pool.',
  sub: 'The id of the user. It is unique within the user pool and never changes.',
  aud: 'The app client that the ID token is for. The API accepts only its own app client.',
  client_id: 'The app client that the access token was issued to. The API accepts only its own app client.',
  token_use: '"id" for a token that describes the user, "access" for a token that grants access.',
  exp: 'The time from which the API rejects the token.',
  iat: 'The time when the token was issued.',
  nbf: 'The time until which the API rejects the token.',
  auth_time: 'The time when the user signed in. A refreshed token keeps it.',
  jti: 'The id of this token.',
  origin_jti: 'The id of the sign-in from which this token comes. The pool uses it to revoke tokens.',
  event_id: 'The id of the sign-in event in the logs of the pool.',
  scope: 'The scopes of the access token, separated by spaces.',
  username: 'The name with which the user signs in.',
  'cognito:username': 'The name with which the user signs in.',
  'cognito:groups': 'The groups of the user in the pool. They are the roles of [Authorize(Roles = "…")].',
  'cognito:roles': 'The IAM roles of the user\'s groups.',
  'cognito:preferred_role': 'The IAM role of the user\'s first group.',
  identities: 'The external identity provider with which the user signed in.',
  email: 'The e-mail address.',
  email_verified: 'Whether the pool has verified that the address belongs to the user.',
  phone_number: 'The telephone number.',
  phone_number_verified: 'Whether the pool has verified that the number belongs to the user.',
  name: 'The full name.',
  given_name: 'The first name.',
  family_name: 'The last name.',
  nonce: 'A value that the client sent, by which it recognises the answer to its own request.',
  at_hash: 'A hash of the access token that belongs to this ID token.',
  device_key: 'The id of the device, if the pool remembers devices.',
  version: 'The version of the access token\'s format.',
};

function fromBase64Url(segment) {
  const bytes = Uint8Array.from(atob(segment.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}
