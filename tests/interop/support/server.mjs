import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
export const key = 'cpk_interop_0123456789_0123456789_0123456789';
const dll = process.env.CONTROLPLANE_SERVER ?? join(root, 'artifacts/bin/ControlPlane.Server/debug/ControlPlane.Server.dll');

export const temporaryFolder = () => mkdtempSync(join(tmpdir(), 'controlplane-interop-'));

/** The real server process on a store of its own. Started again with the `ports` of another one, it is found where that was. */
export class Server {
  #process;
  #output = '';

  static async start(folder, trusted, { ports, settings = {} } = {}) {
    const server = new Server();
    const [grpc, http] = server.ports = ports ?? [await freePort(), await freePort()];
    server.address = `127.0.0.1:${grpc}`;
    server.http = `http://127.0.0.1:${http}`;
    server.#process = spawn('dotnet', [dll], {
      env: {
        ...process.env,
        ControlPlane__Listen__Grpc: `http://${server.address}`,
        ControlPlane__Listen__Http: server.http,
        ControlPlane__Storage__Path: join(folder, 'controlplane.db'),
        ControlPlane__Access__BootstrapKey: key,
        ControlPlane__Egress__AllowedNetworks: '127.0.0.0/8',
        ControlPlane__Egress__TrustedCertificates: trusted,
        ...settings,
      },
    });
    for (const stream of [server.#process.stdout, server.#process.stderr]) {
      stream.on('data', (text) => { server.#output += text; });
    }
    await server.#ready();
    return server;
  }

  async #ready() {
    // Five minutes: on a machine that is busy with other things a start gets a small share.
    for (let i = 0; i < 3000; i++) {
      if (this.#process.exitCode !== null) throw new Error(`the server ended:\n${this.#output}`);
      const ready = await fetch(`${this.http}/readyz`).then((r) => r.ok, () => false);
      if (ready) return;
      await new Promise((r) => setTimeout(r, 100));
    }
    throw new Error(`the server did not become ready:\n${this.#output}`);
  }

  /** Ends the process with a signal; answers its exit code once it is gone. */
  stop(signal = 'SIGTERM') {
    return new Promise((r) => {
      this.#process.once('exit', (code) => r(code));
      this.#process.kill(signal);
    });
  }

  get output() {
    return this.#output;
  }
}

export const removeFolder = (folder) => rmSync(folder, { recursive: true, force: true });

export function freePort() {
  return new Promise((r) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => r(port));
    });
  });
}
