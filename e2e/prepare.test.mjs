// Tests the messages of eng/prepare.sh for a feed that lacks packages, has other versions, is slow or cannot be reached. Each test starts
// its own feed.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { removeFolder, temporaryFolder } from './processes.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const packages = (process.env.NUGET_PACKAGES ?? path.join(os.homedir(), '.nuget/packages')).replace(/\/$/, '');

let folder;
let repository;

before(() => {
  folder = temporaryFolder('prepare');
});

after(() => removeFolder(folder));

// Creates a repository with only the script and the versions. Its feed serves only the real Microsoft.Owin.
beforeEach(() => {
  repository = path.join(folder, 'repository');
  rmSync(repository, { recursive: true, force: true });
  mkdirSync(path.join(repository, 'eng'), { recursive: true });
  mkdirSync(path.join(folder, 'feed'), { recursive: true });
  cpSync(path.join(root, 'eng/prepare.sh'), path.join(repository, 'eng/prepare.sh'));
  cpSync(path.join(root, 'Directory.Packages.props'), path.join(repository, 'Directory.Packages.props'));
  cpSync(path.join(packages, 'microsoft.owin/4.2.2/microsoft.owin.4.2.2.nupkg'), path.join(folder, 'feed/microsoft.owin.4.2.2.nupkg'));
  useFeed(path.join(folder, 'feed'));
});

const useFeed = (address) => writeFileSync(path.join(repository, 'NuGet.config'), `
  <configuration>
    <packageSources><clear /><add key="test" value="${address}" allowInsecureConnections="true" /></packageSources>
  </configuration>`);

const answerFile = () => path.join(repository, '.katana-source.props');
const answer = () => (existsSync(answerFile()) ? readFileSync(answerFile(), 'utf8') : '');

function prepare(environment = {}) {
  const { KATANA_SOURCE, ...inherited } = process.env;
  const result = spawnSync('bash', ['-c', 'set -euo pipefail; . eng/prepare.sh; choose_katana'], {
    cwd: repository, encoding: 'utf8', env: { ...inherited, ...environment },
  });
  return { status: result.status, output: result.stdout + result.stderr };
}

const agePastADay = () => utimesSync(answerFile(), new Date(), new Date(Date.now() - 25 * 3600 * 1000));

test('A feed that serves Microsoft.Owin only: the others are stand-ins, by name', () => {
  const { status, output } = prepare();
  assert.equal(status, 0, output);
  assert.match(output, /Microsoft\.Owin 4\.2\.2 from the feed; stand-ins for .*Microsoft\.Owin\.Security\.Jwt.*Owin$/m);
  assert.match(answer(), />StandIn<\/KatanaSource>/);
  assert.match(answer(), />Microsoft\.Owin\.Host\.SystemWeb;Microsoft\.Owin\.Security;Microsoft\.Owin\.Security\.Jwt;Microsoft\.Owin\.Security\.OAuth;Owin<\/KatanaStandIns>/);
});

test('A feed without Microsoft.Owin is refused, with what to do', () => {
  rmSync(path.join(folder, 'feed/microsoft.owin.4.2.2.nupkg'));
  const { status, output } = prepare();
  assert.equal(status, 1, output);
  assert.match(output, /does not serve Microsoft\.Owin 4\.2\.2, and nothing takes its place\.\n.*NuGet\.config/);
  assert.equal(answer(), '');
});

test('A feed with another version of Microsoft.Owin is refused, and both versions are named', () => {
  const versions = path.join(repository, 'Directory.Packages.props');
  writeFileSync(versions, readFileSync(versions, 'utf8').replace('Include="Microsoft.Owin" Version="4.2.2"', 'Include="Microsoft.Owin" Version="4.2.9"'));
  const { status, output } = prepare();
  assert.equal(status, 1, output);
  assert.match(output, /does not serve Microsoft\.Owin 4\.2\.9 \(the nearest version is 4\.2\.2\)/);
});

test('A feed that is gone is said to be so, and nothing is decided', () => {
  useFeed(path.join(folder, 'no-such-feed'));
  const { status, output } = prepare();
  assert.equal(status, 1, output);
  assert.match(output, /the NuGet feed could not be asked for the Katana packages \(above\): is the network up\?/);
  assert.equal(answer(), '');
});

test('A feed that does not answer is given up after a time', async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await new Promise((resolve) => silent.once('listening', resolve));
  try {
    useFeed(`http://127.0.0.1:${silent.address().port}/index.json`);
    const { status, output } = prepare({ KATANA_FEED_TIMEOUT: '5' });
    assert.equal(status, 1, output);
    assert.match(output, /The feed did not answer within 5 seconds\./);
  } finally {
    silent.close();
  }
});

test('A remembered answer is used without the feed', () => {
  prepare();
  useFeed(path.join(folder, 'no-such-feed'));
  const { status, output } = prepare();
  assert.equal(status, 0, output);
  assert.match(output, /remembered in \.katana-source\.props/);
});

test('A remembered answer that is older than a day serves while the feed is gone, and not longer', () => {
  prepare();
  agePastADay();
  useFeed(path.join(folder, 'no-such-feed'));
  const gone = prepare();
  assert.equal(gone.status, 0, gone.output);
  assert.match(gone.output, /could not be asked; going on with the last answer/);

  useFeed(path.join(folder, 'feed'));
  assert.match(prepare().output, /asking the NuGet feed/);
});

test('A remembered answer for other versions is not used', () => {
  prepare();
  writeFileSync(answerFile(), answer().replace('Owin 1.0.0;', 'Owin 0.9.0;'));
  assert.match(prepare().output, /asking the NuGet feed/);
});

test('A remembered answer is not used when the packages that were served are no longer there', () => {
  prepare();
  rmSync(path.join(folder, 'feed/microsoft.owin.4.2.2.nupkg'));
  const { status, output } = prepare({ NUGET_PACKAGES: path.join(folder, 'empty') });
  assert.equal(status, 1, output);
  assert.match(output, /does not serve Microsoft\.Owin 4\.2\.2/);
});

test('NUGET_PACKAGES may end in a slash', () => {
  prepare();
  for (const value of [packages, `${packages}/`]) {
    assert.match(prepare({ NUGET_PACKAGES: value }).output, /remembered/);
    const listed = execFileSync('dotnet', ['msbuild', 'CognitoOwin.Tests', '-getItem:None', '-p:TargetFramework=net472'], {
      cwd: root, encoding: 'utf8', env: { ...process.env, NUGET_PACKAGES: value },
    });
    assert.match(listed, /[^/]\/microsoft\.aspnet\.webapi\.owin\/5\.2\.7\/lib\/net45\/System\.Web\.Http\.Owin\.dll/);
  }
});

test('A build with KatanaSource=Packages uses nothing of katana/', () => {
  const run = (...options) => execFileSync('dotnet', ['msbuild', 'CognitoOwin', '-p:KatanaSource=Packages', ...options], { cwd: root, encoding: 'utf8' });
  const { Items } = JSON.parse(run('-getItem:ProjectReference,PackageReference'));
  assert.deepEqual(Items.ProjectReference, []);
  assert.ok(Items.PackageReference.some(({ Identity }) => Identity === 'Microsoft.Owin.Security.Jwt'));
  assert.doesNotMatch(run('-getProperty:MSBuildAllProjects'), /katana\//);
});

test('KATANA_SOURCE decides without the feed, and another word is refused', () => {
  useFeed(path.join(folder, 'no-such-feed'));
  assert.match(prepare({ KATANA_SOURCE: 'Packages' }).output, /KatanaSource=Packages, as the environment says/);
  assert.match(answer(), />Packages<\/KatanaSource>/);
  prepare({ KATANA_SOURCE: 'StandIn' });
  assert.match(answer(), /;Microsoft\.Owin\.Security\.OAuth<\/KatanaStandIns>/);
  const { status, output } = prepare({ KATANA_SOURCE: 'Sometimes' });
  assert.equal(status, 1);
  assert.match(output, /must be Packages or StandIn/);
});
