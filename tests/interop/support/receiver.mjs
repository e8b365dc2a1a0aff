import { createSecureServer } from 'node:http2';

/** A real HTTPS receiver (HTTP/2 and HTTP/1.1) that keeps every request as it came. */
export class Receiver {
  requests = [];
  #server;
  #waiting = [];

  static async start(certificate, answer = () => 204) {
    const receiver = new Receiver();
    receiver.#server = createSecureServer({ ...certificate, allowHTTP1: true }, (request, response) => {
      const chunks = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => {
        const entry = { path: request.url, method: request.method, headers: { ...request.headers }, body: Buffer.concat(chunks) };
        receiver.requests.push(entry);
        const given = answer(entry, receiver.requests.length);
        const { status, body } = typeof given === 'number' ? { status: given } : given;
        response.writeHead(status).end(body);
        receiver.#waiting = receiver.#waiting.filter((wake) => !wake());
      });
    });
    await new Promise((resolve) => receiver.#server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url() {
    return `https://127.0.0.1:${this.#server.address().port}`;
  }

  /** Completes when the requests fulfil a condition; fails after 30 s. */
  until(condition, what) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`waited in vain for ${what}; got ${this.requests.length} requests`)), 30_000);
      const wake = () => {
        if (!condition(this.requests)) return false;
        clearTimeout(timer);
        resolve();
        return true;
      };
      if (!wake()) this.#waiting.push(wake);
    });
  }

  async stop() {
    this.#server.close();
  }
}
