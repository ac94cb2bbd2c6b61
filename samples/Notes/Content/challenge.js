// Explains the status, the WWW-Authenticate header and the Retry-After header of an answer.

/** Parses the challenges of a WWW-Authenticate header (RFC 7235 §4.1): [{ scheme, parameters: [[name, value]] }]. */
export function parseChallenges(header) {
  const challenges = [];
  // A scheme is a word without "=" after it. A parameter is name=value or name="value".
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
  ? 'The API requires the header "Authorization: Bearer" with a token (RFC 6750).'
  : 'Another way to authenticate, without a bearer token.');

export const explainParameter = (name, value) => ({
  realm: 'The name of the protected area. A client with several tokens can use it to choose one.',
  error: errors[value] ?? 'RFC 6750 does not define this error code.',
  error_description: 'The reason, for developers and not for users.',
  error_uri: 'The address of a page about the error.',
  scope: 'The scopes that a token must have.',
})[name.toLowerCase()] ?? 'RFC 6750 does not define this parameter.';

// RFC 6750 §3.1
const errors = {
  invalid_request: 'The request has no token after "Bearer", or more than one.',
  invalid_token: 'The token is not valid: it has expired, was changed or revoked, or is from another issuer. Get a new token and try again.',
  insufficient_scope: 'The token is valid but lacks a permission. A new token would lack it too.',
};

/** Explains a challenge without an error. */
export const explainNoError = (sentToken) => (sentToken
  ? 'No error, because the token is valid. The user lacks something else, such as a role.'
  : 'No error, because the request had no token.');

export function explainStatus(status, sentToken) {
  switch (status) {
    case 200: return 'The request succeeded.';
    case 201: return 'The API has created it.';
    case 204: return 'The request succeeded. The answer has no content.';
    case 400: return 'The API does not understand the request.';
    case 401: return sentToken
      ? 'The API does not accept this token.'
      : 'The API requires a token.';
    case 403: return 'The API accepts the token, but it does not allow this request.';
    case 404: return 'The application has nothing at this address.';
    case 405: return 'The application does not support this method at this address.';
    case 409: return 'The user pool requires another step first.';
    case 429: return 'Too many requests. Send them more slowly.';
    case 503: return 'The API cannot decide at the moment. It neither accepts nor rejects the token.';
    default:
      return status >= 500 ? 'The application failed. Its log has the reason; the answer does not show it.'
        : status >= 400 ? 'The API refuses the request.'
          : status >= 300 ? 'The answer is at another address.'
            : 'The request succeeded.';
  }
}

/** Explains a Retry-After header, which is a number of seconds or a date (RFC 9110 §10.2.3). */
export const explainRetryAfter = (value) => (/^\d+$/.test(value)
  ? `Try again in ${value} ${value === '1' ? 'second' : 'seconds'}. Use the same token; the user does not have to sign in again.`
  : `Try again at ${value}.`);
