// Reads a JWT (RFC 7519) the way anybody can: without checking it.

/** { header, payload, segments }, or undefined for what is no JWT: a refresh token of Cognito, say, is none. */
export function decode(token) {
  const segments = String(token).split('.');
  try {
    const [header, payload] = segments.slice(0, 2).map((segment) => JSON.parse(fromBase64Url(segment)));
    return segments.length === 3 ? { header, payload, segments } : undefined;
  } catch {
    return undefined;
  }
}

/** The same token with one character in the middle of its signature changed. */
export function spoil(token) {
  const position = Math.floor((token.lastIndexOf('.') + token.length) / 2);
  return token.slice(0, position) + (token[position] === 'A' ? 'B' : 'A') + token.slice(position + 1);
}

/** Long enough to tell two tokens apart, too short to be used. */
export const shorten = (token) => (token.length > 24 ? `${token.slice(0, 6)}…${token.slice(-6)}` : token);

/** What a name in the header or the payload means, and what its value says where that is not plain. */
export function explain(name, value) {
  const meaning = name.startsWith('custom:') ? 'An attribute that this user pool defines itself.' : meanings[name];
  return {
    meaning: meaning ?? 'Nothing this page knows of.',
    reading: dates.has(name) && Number.isFinite(value) ? formatDate(value) : undefined,
  };
}

export const formatDate = (seconds) => new Date(seconds * 1000)
  .toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

const dates = new Set(['exp', 'iat', 'nbf', 'auth_time']);

// https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html and
// …-using-the-access-token.html
const meanings = {
  alg: 'How the token is signed. RS256 is the only way that the API accepts.',
  kid: 'Which of the user pool\'s keys signed it; the API looks it up in the pool\'s JWKS.',
  typ: 'A JSON Web Token.',
  iss: 'The user pool that issued it. The API accepts its own pool alone.',
  sub: 'The user\'s id: unique within the user pool, and never changes.',
  aud: 'The app client that the ID token is for. The API accepts its own alone.',
  client_id: 'The app client that the access token was issued to. The API accepts its own alone.',
  token_use: '"id": says who the user is. "access": says what its bearer may do.',
  exp: 'From then on the token is refused.',
  iat: 'When it was issued.',
  nbf: 'Before then the token is refused.',
  auth_time: 'When the user gave the password. A refreshed token keeps it.',
  jti: 'The id of this one token.',
  origin_jti: 'The sign-in that this token goes back to; it is how the pool revokes tokens.',
  event_id: 'The sign-in event, as the pool logs it.',
  scope: 'What the access token allows, with spaces between.',
  username: 'The name the user signs in with.',
  'cognito:username': 'The name the user signs in with.',
  'cognito:groups': 'The user\'s groups in the pool: the roles of [Authorize(Roles = "…")].',
  'cognito:roles': 'IAM roles of the user\'s groups.',
  'cognito:preferred_role': 'The IAM role of the group that comes first.',
  identities: 'The outside identity provider that the user came by.',
  email: 'The e-mail address.',
  email_verified: 'Whether the pool has made sure that the address is the user\'s.',
  phone_number: 'The telephone number.',
  phone_number_verified: 'Whether the pool has made sure that the number is the user\'s.',
  name: 'The full name.',
  given_name: 'The first name.',
  family_name: 'The last name.',
  nonce: 'What the client sent along to recognise its own request by.',
  at_hash: 'Ties the ID token to its access token.',
  device_key: 'The device, where the pool remembers devices.',
  version: 'The version of the access token\'s format.',
};

function fromBase64Url(segment) {
  const bytes = Uint8Array.from(atob(segment.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}
