// Measures the validators of Node with the tokens of ./bench.sh clr. It reads one JSON line that describes the pool. For each further
// line, which names a validator, it validates all tokens once and writes the time per token in microseconds.
import { createInterface } from 'node:readline';
import { createPublicKey } from 'node:crypto';
import { CognitoJwtVerifier } from 'aws-jwt-verify';
import { createVerifier } from 'fast-jwt';

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { userPoolId, clientId, issuer, jwks, tokens } = JSON.parse((await lines.next()).value);

const aws = CognitoJwtVerifier.create({ userPoolId, clientId, tokenUse: 'id' });
aws.cacheJwks(jwks);

const keys = new Map(jwks.keys.map((key) => [key.kid, createPublicKey({ key, format: 'jwk' }).export({ type: 'spki', format: 'pem' })]));
const verifiers = new Map([...keys].map(([kid, key]) => [
  kid,
  // Its own cache of tokens is off, because each token is a new one.
  createVerifier({ key, algorithms: ['RS256'], allowedIss: issuer, allowedAud: clientId, cache: false }),
]));
const kidOf = (token) => JSON.parse(Buffer.from(token.slice(0, token.indexOf('.')), 'base64url')).kid;

const validators = {
  'aws-jwt-verify': (token) => aws.verifySync(token),
  'fast-jwt': (token) => verifiers.get(kidOf(token))(token),
};

for await (const name of lines) {
  const validate = validators[name];
  const start = process.hrtime.bigint();
  for (const token of tokens) {
    validate(token);
  }
  console.log(Number(process.hrtime.bigint() - start) / 1000 / tokens.length);
}
