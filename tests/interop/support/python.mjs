import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './server.mjs';

const runner = `
import base64, importlib.util, json, sys
spec = importlib.util.spec_from_file_location("receiver", sys.argv[1])
receiver = importlib.util.module_from_spec(spec)
spec.loader.exec_module(receiver)
request = json.load(sys.stdin)
print(json.dumps(receiver.verify(request["secret"], request["headers"], base64.b64decode(request["body"]))))
`;

/** Runs a receiver of docs/samples in Python; answers what it answers and throws if it raises. */
export function verifyInPython(name, secret, headers, body) {
  const input = JSON.stringify({ secret, headers, body: body.toString('base64') });
  return JSON.parse(execFileSync(
    'python3', ['-B', '-c', runner, join(root, `docs/samples/receivers/${name}.py`)], { input, stdio: ['pipe', 'pipe', 'pipe'] }));
}
