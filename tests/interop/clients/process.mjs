import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A client in another language: one process, which is sent a call as a line of JSON and answers with a line, in order. */
export class ClientProcess {
  #process;
  #waiting = [];
  #errors = '';

  constructor(command, args) {
    this.#process = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#process.stderr.on('data', (text) => { this.#errors += text; });
    createInterface({ input: this.#process.stdout }).on('line', (line) => this.#waiting.shift().resolve(JSON.parse(line)));
    for (const event of ['exit', 'error']) {
      this.#process.on(event, (cause) => {
        this.#waiting.splice(0).forEach(({ reject }) => reject(new Error(`${command} ended (${cause}): ${this.#errors}`)));
      });
    }
    this.#process.stdin.on('error', () => {});
  }

  call(ask) {
    return new Promise((resolve, reject) => {
      if (this.#process.exitCode !== null) reject(new Error(`the client ended: ${this.#errors}`));
      this.#waiting.push({ resolve, reject });
      this.#process.stdin.write(`${JSON.stringify(ask)}\n`);
    });
  }

  close() {
    this.#process.stdin.end();
  }
}
