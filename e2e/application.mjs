// A deployment of the sample application: a folder, fastcgi-mono-server4 processes and nginx, all on loopback.

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { accepts, freePort, removeFolder, start, temporaryFolder, waitUntil, withRetries } from './processes.mjs';

const sample = fileURLToPath(new URL('../samples/Notes/', import.meta.url));

/**
 * @param settings   the <appSettings> of this deployment
 * @param database   { connectionString, providerName }, instead of a SQLite file in the deployment's folder
 * @param processes  the number of fastcgi-mono-server4 processes; they share one database
 * @param assemblies additional files for its bin folder
 * @param edit       changes the text of its web.config; gets the text and the folder of the deployment
 * @returns its address, those of its single processes (`servers`), and how to end and start one of them
 */
export async function startApplication({ settings, database, processes = 1, assemblies = [], edit }) {
  if (!existsSync(path.join(sample, 'bin/Notes.dll'))) {
    throw new Error('The sample is not built: dotnet build samples/Notes -c Release');
  }

  const folder = temporaryFolder('application');
  const site = path.join(folder, 'site');
  const children = [];
  const stop = async () => {
    await Promise.all(children.map((child) => child.stop()));
    removeFolder(folder);
  };

  try {
    deploy(site, settings, database);
    if (edit) {
      const file = path.join(site, 'web.config');
      writeFileSync(file, edit(readFileSync(file, 'utf8'), folder));
    }
    assemblies.forEach((file) => cpSync(file, path.join(site, 'bin', path.basename(file))));
    const ports = [];
    for (let index = 0; index < processes; index++) {
      const { child, port } = await withRetries(3, async () => startMono(site, folder, index, await freePort()));
      children.push(child);
      ports.push(port);
    }
    const { child: nginx, port, direct } = await withRetries(3, () => startNginx(site, folder, ports));
    children.push(nginx);
    const url = `http://127.0.0.1:${port}`;
    const servers = direct.map((each) => `http://127.0.0.1:${each}`);

    // The first request to a process starts the application. After any answer except 502, the application is running.
    await Promise.all(ports.map(() => waitUntil(
      async () => (await fetch(`${url}/api/public`)).status !== 502,
      { what: 'the application', seconds: 90, child: children[0] })));

    return {
      url,
      servers,
      folder,
      site,
      ports,
      processes: children.filter((child) => child !== nginx).map((child) => child.pid),
      pid: (index) => children[index].pid,
      /** Ends a process with SIGKILL. */
      kill: (index) => children[index].kill(),
      /** Starts a process again, on its old port. Resolves when it answers, also if the answer is 503. */
      async restart(index) {
        children[index].kill();
        await waitUntil(async () => children[index].ended !== undefined, { what: 'the end of a process', seconds: 10 });
        children[index] = (await startMono(site, folder, index, ports[index])).child;
        await waitUntil(
          async () => (await fetch(`${servers[index]}/api/public`)).status !== 502,
          { what: 'the application', seconds: 90, child: children[index] });
      },
      /** Reads what an operator sees: the output of the processes and the traces of the application and of Katana. */
      log: () => readdirSync(folder)
        .filter((file) => file.endsWith('.log'))
        .map((file) => `${file}:\n${readFileSync(path.join(folder, file), 'utf8')}`)
        .join('\n'),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function deploy(site, settings, database) {
  mkdirSync(site);
  for (const name of ['bin', 'Content', 'Global.asax', 'index.html', 'web.config']) {
    cpSync(path.join(sample, name), path.join(site, name), { recursive: true });
  }
  const escape = (text) => String(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
  if (database) {
    const file = path.join(site, 'web.config');
    const { connectionString, providerName } = database;
    writeFileSync(file, readFileSync(file, 'utf8').replace(
      /<add name="Notes" [^>]*>/,
      () => `<add name="Notes" connectionString="${escape(connectionString)}" providerName="${escape(providerName)}" />`));
  }
  const rows = Object.entries(settings).map(([key, value]) => `  <add key="${escape(key)}" value="${escape(value)}" />`);
  writeFileSync(path.join(site, 'notes.user.config'), `<appSettings>\n${rows.join('\n')}\n</appSettings>\n`);
}

async function startMono(site, folder, index, port) {
  // ASP.NET copies the assemblies to this folder. Each process has its own, which is removed with the deployment.
  const temporary = path.join(folder, `tmp${index}`);
  mkdirSync(temporary, { recursive: true });
  const child = start(
    `fastcgi-mono-server4 #${index}`,
    ['fastcgi-mono-server4', `--applications=/:${site}`, `--socket=tcp:127.0.0.1:${port}`, '--printlog=True'],
    {
      cwd: folder,
      // Mono starts with one thread per processor and adds about one per second. The stand-in for Katana's host blocks a thread for
      // each request, so a burst of requests that wait for each other would take a minute. The nursery is larger than Mono's
      // default of 4 MB, because each collection stops all threads.
      env: { TMPDIR: temporary, MONO_THREADS_PER_CPU: '100', MONO_GC_PARAMS: process.env.MONO_GC_PARAMS ?? 'nursery-size=64m' },
      log: path.join(folder, `mono${index}.log`),
    });
  await waitUntil(() => accepts(port), { what: child.name, seconds: 60, child });
  return { child, port };
}

async function startNginx(site, folder, ports) {
  const [port, ...direct] = await Promise.all([undefined, ...ports].map(() => freePort()));
  const child = await runNginx(path.join(folder, 'nginx'), port, describeSites({ site, port, ports, direct, headers: securityHeaders() }));
  return { child, port, direct };
}

/**
 * Starts nginx, and waits until it listens on `port`. It runs as one process without a master, so that stopping its pid stops all of it.
 *
 * @param home  a folder for its files; its log is beside it
 * @param sites its upstreams and servers
 */
export async function runNginx(home, port, sites) {
  mkdirSync(home, { recursive: true });
  const configuration = path.join(home, 'nginx.conf');
  writeFileSync(configuration, `
daemon off;
master_process off;
pid ${home}/nginx.pid;
events { worker_connections 1024; }
http {
  access_log off;
  client_body_temp_path ${home}/body;
  proxy_temp_path ${home}/proxy;
  fastcgi_temp_path ${home}/fastcgi;
  uwsgi_temp_path ${home}/uwsgi;
  scgi_temp_path ${home}/scgi;
${sites}
}
`);
  const log = `${home}.log`;
  const child = start('nginx', [nginxProgram(), '-p', home, '-c', configuration, '-e', log], { cwd: home, log });
  await waitUntil(() => accepts(port), { what: 'nginx', seconds: 20, child });
  return child;
}

// Debian installs nginx in a folder that the PATH of an ordinary user may not contain.
const nginxProgram = () => (existsSync('/usr/sbin/nginx') ? '/usr/sbin/nginx' : 'nginx');

/** Reads the headers that IIS adds to every answer from web.config. Mono ignores that section, so nginx adds them here. */
export function securityHeaders() {
  const [, section] = readFileSync(path.join(sample, 'web.config'), 'utf8').match(/<customHeaders>([^]*?)<\/customHeaders>/);
  return [...section.matchAll(/<add name="([^"]+)" value="([^"]+)" \/>/g)].map(([, name, value]) => ({ name, value }));
}

// One address is that of all processes, and each process has its own.
const describeSites = ({ site, port, ports, direct, headers }) => `
  upstream application {
${ports.map((each) => `    server 127.0.0.1:${each};`).join('\n')}
  }
${[[port, 'application'], ...ports.map((each, index) => [direct[index], `127.0.0.1:${each}`])].map(([listen, upstream]) => `
  server {
    listen 127.0.0.1:${listen};
${headers.map(({ name, value }) => `    add_header ${name} "${value}" always;`).join('\n')}
    # IIS hides these folders. Mono would serve them.
    location ~* ^/(bin|App_Data|App_Code)(/|$) { return 404; }
    location / {
      fastcgi_pass ${upstream};
      fastcgi_read_timeout 90s;
      fastcgi_param SCRIPT_FILENAME ${site}$fastcgi_script_name;
      fastcgi_param PATH_INFO "";
      fastcgi_param SCRIPT_NAME $fastcgi_script_name;
      fastcgi_param QUERY_STRING $query_string;
      fastcgi_param REQUEST_METHOD $request_method;
      fastcgi_param CONTENT_TYPE $content_type;
      fastcgi_param CONTENT_LENGTH $content_length;
      fastcgi_param REQUEST_URI $request_uri;
      fastcgi_param DOCUMENT_URI $document_uri;
      fastcgi_param DOCUMENT_ROOT ${site};
      fastcgi_param SERVER_PROTOCOL $server_protocol;
      fastcgi_param REQUEST_SCHEME $scheme;
      fastcgi_param GATEWAY_INTERFACE CGI/1.1;
      fastcgi_param SERVER_SOFTWARE nginx/$nginx_version;
      fastcgi_param REMOTE_ADDR $remote_addr;
      fastcgi_param REMOTE_PORT $remote_port;
      fastcgi_param SERVER_ADDR $server_addr;
      fastcgi_param SERVER_PORT $server_port;
      fastcgi_param SERVER_NAME $server_name;
      fastcgi_param HTTP_HOST $host:$server_port;
    }
  }`).join('\n')}`;
