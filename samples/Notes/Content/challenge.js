// Reads what an answer says to its client: its status, WWW-Authenticate and Retry-After.

/** The challenges of a WWW-Authenticate header (RFC 7235 §4.1): [{ scheme, parameters: [[name, value]] }]. */
export function parseChallenges(header) {
  const challenges = [];
  // A scheme is a word that no "=" follows, a parameter is name=value or name="value".
  const parts = /([\w!#$%&'*+.^`|~-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+)))?/g;
  for (const [, word, quoted, plain] of header.matchAll(parts)) {
    const value = quoted?.replace(/\\(.)/g, '$1') ?? plain;
    if (value === undefined) {
      challenges.push({ scheme: word, parameters: [] });
    } else {
      challenges.at(-1)?.parameters.push([word, value]);
    }
  }
  return challenges;
}

export const explainScheme = (scheme) => (scheme.toLowerCase() === 'bearer'
  ? 'The API wants "Authorization: Bearer" and a token (RFC 6750).'
  : 'Another way to identify oneself than by a bearer token.');

export const explainParameter = (name, value) => ({
  realm: 'The name of what is protected: which token a client that has several should take.',
  error: errors[value] ?? 'An error code that RFC 6750 does not know.',
  error_description: 'The reason, for developers. It is not meant for users.',
  error_uri: 'Where to read more about the error.',
  scope: 'What a token must allow to be let in here.',
})[name.toLowerCase()] ?? 'Nothing that RFC 6750 knows of.';

// RFC 6750 §3.1
const errors = {
  invalid_request: 'The request itself is wrong: no token after "Bearer", or more than one.',
  invalid_token: 'There was a token, and it does not hold: expired, spoiled, or from somewhere else. Get a new one and try again.',
  insufficient_scope: 'The token holds and does not suffice: it lacks a right, and so would a new one.',
};

/** The meaning of a challenge that names no error. */
export const explainNoError = (sentToken) => (sentToken
  ? 'No error is named: the token holds. Something else is missing, such as a role.'
  : 'No error is named: there was no token that could be wrong.');

export function explainStatus(status, sentToken) {
  switch (status) {
    case 200: return 'The API did what it was asked.';
    case 201: return 'The API has made it.';
    case 204: return 'The API did what it was asked, and has nothing to add.';
    case 400: return 'The API does not understand the request.';
    case 401: return sentToken
      ? 'The API does not let this token in.'
      : 'The API wants to know who is calling.';
    case 403: return 'The API knows who is calling, and that is not enough.';
    case 404: return 'The application has nothing at this address.';
    case 405: return 'The application knows the address, and does not offer this with it.';
    case 409: return 'The user pool wants one more step first.';
    case 429: return 'Too many requests. Slow down.';
    case 503: return 'The API cannot tell at the moment, so it neither lets in nor turns away.';
    default:
      return status >= 500 ? 'The application failed. Its log knows why, and its answer does not tell.'
        : status >= 400 ? 'The API refuses the request.'
          : status >= 300 ? 'What was asked for is somewhere else.'
            : 'The API did what it was asked.';
  }
}

/** Retry-After is a number of seconds or a date (RFC 9110 §10.2.3). */
export const explainRetryAfter = (value) => (/^\d+$/.test(value)
  ? `Ask again in ${value} ${value === '1' ? 'second' : 'seconds'}. The token is no worse for it: nobody has to sign in anew.`
  : `Ask again at ${value}.`);
