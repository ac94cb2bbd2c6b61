// What users receive: the packages as `dotnet pack` writes them, opened and read, and a project that has nothing but them.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { removeFolder, temporaryFolder } from './processes.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const ids = ['CognitoOwin', 'CognitoOwin.WebApi', 'CognitoOwin.Redis', 'CognitoOwin.Testing'];
const katana = ['Owin', 'Microsoft.Owin', 'Microsoft.Owin.Security', 'Microsoft.Owin.Security.OAuth', 'Microsoft.Owin.Security.Jwt'];

let folder;
let feed;
// The Katana packages that the feed lacks; empty where the build uses Packages.
let standIns;
const packages = {};

const run = (command, ...args) => execFileSync(command, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
const pack = (project, ...options) =>
  run('dotnet', 'pack', project, '-c', 'Release', '-v', 'q', '-nologo', '-o', feed, '-nodeReuse:false', '-p:UseSharedCompilation=false', ...options);

before(() => {
  folder = temporaryFolder('packages');
  feed = path.join(folder, 'feed');
  pack('CognitoOwin.sln');
  for (const id of ids) {
    const file = readdirSync(feed).find((name) => new RegExp(`^${id.replaceAll('.', '\\.')}\\.\\d.*\\.nupkg$`).test(name));
    const content = path.join(folder, id);
    run('unzip', '-q', path.join(feed, file), '-d', content);
    packages[id] = {
      file,
      content,
      has: (name) => existsSync(path.join(content, name)),
      read: (name) => readFileSync(path.join(content, name), 'utf8'),
      nuspec: readFileSync(path.join(content, `${id}.nuspec`), 'utf8'),
    };
  }
  const properties = JSON.parse(run('dotnet', 'msbuild', 'CognitoOwin', '-getProperty:KatanaSource,KatanaStandIns')).Properties;
  standIns = properties.KatanaSource === 'StandIn' ? properties.KatanaStandIns.split(';') : [];
}, { timeout: 600_000 });

after(() => removeFolder(folder));

const metadata = (id, name) => new RegExp(`<${name}[^>]*>([^<]*)</${name}>`).exec(packages[id].nuspec)?.[1];

for (const id of ids) {
  test(`${id} has its assembly, documentation, README, icon, licence and symbols`, () => {
    const { has, nuspec, file } = packages[id];
    for (const name of [`lib/net472/${id}.dll`, `lib/net472/${id}.xml`, 'README.md', 'icon.png']) {
      assert.ok(has(name), name);
    }
    assert.match(nuspec, /<license type="expression">MIT<\/license>/);
    assert.equal(metadata(id, 'readme'), 'README.md');
    assert.equal(metadata(id, 'icon'), 'icon.png');
    assert.ok(metadata(id, 'description').length > 60);
    assert.ok(metadata(id, 'releaseNotes').length > 0);
    assert.match(nuspec, /<repository type="git" [^>]*commit="[0-9a-f]{40}"/);

    const symbols = path.join(folder, `${id}.symbols`);
    run('unzip', '-q', path.join(feed, file.replace(/nupkg$/, 'snupkg')), '-d', symbols);
    assert.ok(existsSync(path.join(symbols, `lib/net472/${id}.pdb`)), 'symbols');
  });

  test(`${id} has a strong name, and holds no stand-in`, () => {
    const library = path.join(packages[id].content, 'lib/net472');
    assert.deepEqual(readdirSync(library).sort(), [`${id}.dll`, `${id}.xml`]);
    assert.match(run('sn', '-T', path.join(library, `${id}.dll`)), /ec4374fec4fc6e8c/);
  });
}

test('CognitoOwin depends on the real Katana, whichever built it, and on nothing that docs/dependencies.md has no reason for', () => {
  const dependencies = [...packages.CognitoOwin.nuspec.matchAll(/<dependency id="([^"]+)" version="([^"]+)"/g)];
  const versions = Object.fromEntries(dependencies.map(([, id, version]) => [id, version]));
  for (const id of katana) {
    assert.equal(versions[id], id === 'Owin' ? '1.0.0' : '4.2.2', id);
  }

  const reasons = readFileSync(path.join(root, 'docs/dependencies.md'), 'utf8');
  for (const [, id] of Object.keys(packages).flatMap((name) => [...packages[name].nuspec.matchAll(/<dependency id="([^"]+)"/g)])) {
    assert.ok(id === 'CognitoOwin' || reasons.includes(`\`${id}\``), `docs/dependencies.md has no reason for ${id}`);
  }

  const listed = readFileSync(path.join(root, 'packages.config'), 'utf8');
  for (const [id, version] of Object.entries(versions)) {
    assert.match(listed, new RegExp(`id="${id}" version="${version.replace(/\.0$/, '(\\.0)?')}"`), `packages.config: ${id} ${version}`);
  }
});

test('CognitoOwin brings the settings with placeholders, and the three steps that follow an install', () => {
  const { read } = packages.CognitoOwin;
  assert.equal(read('content/web.config.transform'), readFileSync(path.join(root, 'web.config.transform'), 'utf8'));
  assert.match(read('readme.txt'), /three steps/);
  assert.match(read('readme.txt'), /cognito:UserPoolId[^]*UseCognitoJwt[^]*Authorization: Bearer/);
});

// The last commit, with the remote of another machine. The build of the packages above has whatever remote this machine has.
for (const [remote, address] of [
  ['../a local folder', undefined],
  ['https://user:secret@github.com/example/cognito-owin.git', 'https://github.com/example/cognito-owin'],
]) {
  test(`A package that is built with the remote ${remote} names ${address ?? 'no address'}`, () => {
    const clone = path.join(folder, address ? 'with-remote' : 'without-remote');
    run('git', 'clone', '-q', '--no-hardlinks', root, clone);
    run('git', '-C', clone, 'remote', 'set-url', 'origin', remote);
    const answer = path.join(root, '.katana-source.props');
    if (existsSync(answer)) {
      copyFileSync(answer, path.join(clone, '.katana-source.props'));
    }
    const output = path.join(clone, 'out');
    run('dotnet', 'pack', path.join(clone, 'CognitoOwin'), '-c', 'Release', '-v', 'q', '-nologo', '-o', output, '-nodeReuse:false', '-p:UseSharedCompilation=false');
    const content = path.join(clone, 'content');
    run('unzip', '-q', path.join(output, readdirSync(output).find((name) => name.endsWith('.nupkg'))), '-d', content);
    const nuspec = readFileSync(path.join(content, 'CognitoOwin.nuspec'), 'utf8');
    const readme = readFileSync(path.join(content, 'README.md'), 'utf8');
    const assembly = readFileSync(path.join(content, 'lib/net472/CognitoOwin.dll'), 'latin1');

    assert.equal(/<projectUrl>([^<]*)<\/projectUrl>/.exec(nuspec)?.[1], address);
    assert.equal(/<repository [^>]*url="([^"]*)"/.exec(nuspec)?.[1], address);
    assert.equal(assembly.includes('https://github.com/example/cognito-owin'), address !== undefined);
    assert.ok(!(nuspec + readme + assembly).includes('user:secret'));

    const links = [...readme.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target);
    assert.deepEqual(links.filter((target) => !/^(https?:|#)/.test(target)), []);
    const original = readFileSync(path.join(clone, 'README.md'), 'utf8');
    assert.ok(readme.includes('```xml\n<appSettings>') && readme.split('\n').length === original.split('\n').length);
    if (address) {
      const commit = run('git', '-C', clone, 'rev-parse', 'HEAD').trim();
      assert.ok(links.includes(`${address}/blob/${commit}/docs/README.md`));
    }
  });
}

test('A build with KatanaSource=Packages says what to do where the feed lacks packages', (context) => {
  if (standIns.length === 0) {
    context.skip('The feed serves all of Katana.');
    return;
  }
  const { status, stdout } = spawnSync(
    'dotnet', ['restore', 'CognitoOwin.sln', '-p:KatanaSource=Packages', '-nologo', '-v', 'q'], { cwd: root, encoding: 'utf8' });
  try {
    assert.notEqual(status, 0);
    assert.match(stdout, /error : KatanaSource is Packages, and the feed does not serve all of Katana .*-p:KatanaSource=StandIn/);
    assert.ok(stdout.match(/NU1101/g).length <= standIns.length * 2, stdout);
  } finally {
    run('dotnet', 'restore', 'CognitoOwin.sln', '-v', 'q');
  }
});

test('Two builds of one commit are the same, byte for byte', () => {
  const assembly = path.join(root, 'CognitoOwin/bin/Release/net472/CognitoOwin.dll');
  const first = readFileSync(assembly);
  run('dotnet', 'build', 'CognitoOwin', '-c', 'Release', '-v', 'q', '-nologo', '--no-incremental', '-nodeReuse:false', '-p:UseSharedCompilation=false');
  assert.ok(first.equals(readFileSync(assembly)));
}, { timeout: 300_000 });

// The compiler does not accept the stand-in of Owin, which has no key, for the references to the real one. See katana/README.md.
const compileAgainstTheStandIn = `
      <Target Name="CompileAgainstTheStandIn" AfterTargets="ResolveAssemblyReferences" BeforeTargets="FindReferenceAssembliesForReferences">
        <ItemGroup>
          <RefersToOwin Include="@(ReferencePath)" Condition="'%(Filename)' == 'Microsoft.Owin' or '%(Filename)' == 'CognitoOwin' or '%(Filename)' == 'CognitoOwin.Testing'" />
          <ReferencePath Remove="@(RefersToOwin)" />
          <ReferencePath Include="@(RefersToOwin)" ReferenceAssembly="$(MSBuildProjectDirectory)/$(IntermediateOutputPath)%(Filename).dll" />
        </ItemGroup>
        <Exec Command="dotnet ${path.join(root, 'katana/OwinToken/bin/Release/net10.0/OwinToken.dll')} remove %(RefersToOwin.FullPath) $(IntermediateOutputPath)%(RefersToOwin.Filename).dll" />
      </Target>`;

test('A project with nothing but the packages answers 401 and 200', () => {
  // What a feed without Katana lacks is packed for this test alone, into a folder of packages that is thrown away: NuGet's own
  // cache must not take a stand-in for the real thing.
  for (const id of katana.filter((name) => standIns.includes(name))) {
    pack(`katana/${id}`, '-p:IsPackable=true');
  }

  const consumer = path.join(folder, 'consumer');
  mkdirSync(consumer);
  const version = metadata('CognitoOwin', 'version');
  writeFileSync(path.join(consumer, 'NuGet.config'), `
    <configuration>
      <packageSources><clear /><add key="built" value="${feed}" /><add key="nuget.org" value="https://api.nuget.org/v3/index.json" /></packageSources>
      <fallbackPackageFolders><add key="machine" value="${path.join(os.homedir(), '.nuget/packages')}" /></fallbackPackageFolders>
      <config><add key="globalPackagesFolder" value="${path.join(folder, 'cache')}" /></config>
    </configuration>`);
  writeFileSync(path.join(consumer, 'Consumer.csproj'), `
    <Project Sdk="Microsoft.NET.Sdk">
      <PropertyGroup>
        <OutputType>Exe</OutputType><TargetFramework>net472</TargetFramework><LangVersion>latest</LangVersion>
        <TreatWarningsAsErrors>true</TreatWarningsAsErrors>${standIns.length > 0 ? '<NoWarn>NU1603;CS8002</NoWarn>' : ''}
      </PropertyGroup>
      <ItemGroup>
        <PackageReference Include="CognitoOwin" Version="${version}" />
        <PackageReference Include="CognitoOwin.WebApi" Version="${version}" />
        <PackageReference Include="CognitoOwin.Redis" Version="${version}" />
        <PackageReference Include="CognitoOwin.Testing" Version="${version}" />
        <PackageReference Include="Microsoft.NETFramework.ReferenceAssemblies" Version="1.0.3" PrivateAssets="all" />
      </ItemGroup>
      ${standIns.includes('Owin') ? compileAgainstTheStandIn : ''}
    </Project>`);
  writeFileSync(path.join(consumer, 'Program.cs'), `
    using System;
    using System.Collections.Generic;
    using System.IO;
    using System.Threading.Tasks;
    using CognitoOwin;
    using CognitoOwin.Testing;
    using Microsoft.Owin;
    using Microsoft.Owin.Builder;
    using Owin;

    public static class Program
    {
        public static async Task Main()
        {
            var pool = new CognitoTestPool();
            var builder = new AppBuilder();
            builder.UseCognitoJwt(pool.Configure);
            new CognitoRevocationsOptions().UseRedis("127.0.0.1:6379");
            builder.Run(context =>
            {
                var user = context.Authentication.User;
                context.Response.StatusCode = user?.Identity?.IsAuthenticated == true ? 200 : 401;
                return Task.CompletedTask;
            });
            var app = (Func<IDictionary<string, object>, Task>)builder.Build(typeof(Func<IDictionary<string, object>, Task>));
            foreach (var authorization in new[] { null, "Bearer " + pool.IdToken("alice") })
            {
                var context = new OwinContext();
                context.Request.Headers["Authorization"] = authorization;
                context.Response.Body = new MemoryStream();
                context.Environment["server.OnSendingHeaders"] = new Action<Action<object>, object>((callback, state) => { });
                await app(context.Environment);
                Console.WriteLine(context.Response.StatusCode + " " + context.Response.Headers["WWW-Authenticate"]);
            }
        }
    }`);
  run('dotnet', 'build', consumer, '-c', 'Release', '-v', 'q', '-nologo', '-nodeReuse:false', '-p:UseSharedCompilation=false');

  assert.equal(run('mono', path.join(consumer, 'bin/Release/net472/Consumer.exe')), '401 Bearer realm="api"\n200 \n');
}, { timeout: 300_000 });
