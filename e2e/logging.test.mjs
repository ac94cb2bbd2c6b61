// The logging set-up of docs/configuration.md, as it stands on the page, in the sample's web.config.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { codeBlock } from './pages.mjs';
import { startStack } from './stack.mjs';

const setUp = codeBlock('configuration.md', 'xml', '<system.diagnostics>');
const documentedFile = 'C:\\Logs\\Notes\\cognito.log';
let stack, file;

before(async () => {
  stack = await startStack({
    edit: (text, folder) => {
      file = path.join(folder, 'cognito.txt');
      assert.ok(setUp.includes(documentedFile));
      return text.replace(/^ *<system\.diagnostics>[^]*?<\/system\.diagnostics>$/m, () => setUp.replace(documentedFile, file));
    },
  });
});

after(() => stack?.stop());

test('The documented set-up writes every refusal to its file, with the time, and no token', async () => {
  const token = `${Buffer.from('{"alg":"RS256","kid":"x"}').toString('base64url')}.${
    Buffer.from('{"iss":"https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Old"}').toString('base64url')}.c2lnbmF0dXJl`;

  const answer = await fetch(`${stack.url}/api/me?access_token=query-secret`, { headers: { Authorization: `Bearer ${token}` } });

  assert.equal(answer.status, 401);
  const log = readFileSync(file, 'utf8');
  assert.match(log, /CognitoOwin\.CognitoJwtAuthenticationMiddleware Information: 200 : Refused: UnknownIssuer; GET \/api\/me/);
  assert.match(log, /Warning: 205 : Refused since \d{4}-\d\d-\d\dT[\d:]+Z: UnknownIssuer 1 \("https:\/\/cognito-idp\.eu-west-1\.amazonaws\.com\/eu-west-1_Old" instead of http/);
  assert.match(log, new RegExp(`DateTime=.*${new Date().getUTCFullYear()}`));
  assert.ok(!log.includes('query-secret') && !log.includes(token) && !log.includes('eyJ'));
});
