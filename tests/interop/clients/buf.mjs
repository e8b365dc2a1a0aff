import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** The program itself: its starter would not pass on the signal that ends a stream. */
const program = join(import.meta.dirname, `../node_modules/@bufbuild/buf-${process.platform}-${process.arch}/bin/buf`);
const codes = [
  'ok', 'canceled', 'unknown', 'invalid_argument', 'deadline_exceeded', 'not_found', 'already_exists', 'permission_denied',
  'resource_exhausted', 'failed_precondition', 'aborted', 'out_of_range', 'unimplemented', 'internal', 'unavailable', 'data_loss',
  'unauthenticated',
];

/** buf curl, which is connect-go; one process for each call. */
export function startBuf({ address, descriptors }) {
  const call = ({ method, key, requests, take }) => new Promise((resolve, reject) => {
    const child = spawn(program, [
      'curl', '--schema', descriptors.path, '--protocol', 'grpc', '--http2-prior-knowledge', '-H', `authorization: Bearer ${key}`,
      '--data', '@-', `http://${address}/${method}`,
    ]);
    let [output, errors] = ['', ''];
    const answers = () => parseAll(output);
    child.stdout.on('data', (text) => {
      output += text;
      if (take !== undefined && answers().length >= take) child.kill();
    });
    child.stderr.on('data', (text) => { errors += text; });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0 || answers().length >= take) return resolve({ code: 0, answers: answers() });
      const error = JSON.parse(errors);
      return resolve({ code: codes.indexOf(error.code), message: error.message });
    });
    child.stdin.end(requests.map((request) => JSON.stringify(request)).join('\n'));
  });
  return { call, close: () => {} };
}

/** The complete JSON values of a text that has one after the other, of any number of lines each. */
function parseAll(text) {
  const values = [];
  let pending = '';
  for (const line of text.split('\n')) {
    pending += line;
    try {
      values.push(JSON.parse(pending));
      pending = '';
    } catch {
      // Not at its end yet.
    }
  }
  return values;
}
