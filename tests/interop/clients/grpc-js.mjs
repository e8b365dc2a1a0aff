import { fromBinary, fromJson, toBinary, toJson } from '@bufbuild/protobuf';
import grpc from '@grpc/grpc-js';

/** grpc-js, with the messages of protobuf-es. */
export function startGrpcJs({ address, descriptors }) {
  const client = new grpc.Client(address, grpc.credentials.createInsecure());
  const { registry } = descriptors;

  function call({ method: name, key, requests, take }) {
    const method = descriptors.method(name);
    const serialize = (message) => Buffer.from(toBinary(method.input, message));
    const deserialize = (bytes) => fromBinary(method.output, bytes);
    const metadata = new grpc.Metadata();
    metadata.set('authorization', `Bearer ${key}`);
    const options = { deadline: Date.now() + 60_000 };
    const messages = requests.map((request) => fromJson(method.input, request, { registry }));
    const common = [`/${name}`, serialize, deserialize];
    const answered = (answers) => ({ code: 0, answers: answers.map((answer) => toJson(method.output, answer, { registry })) });
    const refused = (error) => ({ code: error.code, message: error.details });
    if (method.methodKind === 'unary') {
      return new Promise((resolve) => client.makeUnaryRequest(...common, messages[0], metadata, options, (error, answer) => (
        resolve(error ? refused(error) : answered([answer])))));
    }
    const bidirectional = method.methodKind === 'bidi_streaming';
    const stream = bidirectional
      ? client.makeBidiStreamRequest(...common, metadata, options)
      : client.makeServerStreamRequest(...common, messages[0], metadata, options);
    if (bidirectional) {
      messages.forEach((message) => stream.write(message));
      stream.end();
    }
    return new Promise((resolve) => {
      const answers = [];
      stream.on('data', (answer) => {
        answers.push(answer);
        if (answers.length === take) {
          resolve(answered(answers));
          stream.cancel();
        }
      });
      stream.on('error', (error) => resolve(refused(error)));
      stream.on('end', () => resolve(answered(answers)));
    });
  }

  return { call, close: () => client.close() };
}
