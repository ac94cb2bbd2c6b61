// Signs tokens that cognito-local never issues. It has one signing key, which is a file of its package.

import { createHmac, createPrivateKey, createSign } from 'node:crypto';
import { createRequire } from 'node:module';

const load = createRequire(import.meta.url);
const privateKey = createPrivateKey(load('cognito-local/lib/keys/cognitoLocal.private.json').pem);
const publicKey = load('cognito-local/lib/keys/cognitoLocal.public.json').pem;

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const content = (claims, header) => `${encode({ alg: 'RS256', kid: 'CognitoLocal', ...header })}.${encode(claims)}`;

export function sign(claims, header) {
  const signed = content(claims, header);
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url')}`;
}

/** Signs with the public key as an HMAC secret. */
export function signWithPublicKey(claims) {
  const signed = content(claims, { alg: 'HS256' });
  return `${signed}.${createHmac('sha256', publicKey).update(signed).digest('base64url')}`;
}
