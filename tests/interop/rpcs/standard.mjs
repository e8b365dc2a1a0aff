import assert from 'node:assert/strict';

const reflection = {
  // The server's package neither repeats a request nor looks up extensions.
  never: ['validHost', 'originalRequest*', 'allExtensionNumbersResponse*'],
  emptiest: async (w) => {
    const [{ errorResponse }] = await w.call({ fileContainingSymbol: 'no.such.Symbol' });
    assert.equal(errorResponse.errorCode, 5);
  },
  fullest: async (w) => {
    const answers = await w.call([
      { listServices: '' }, { fileContainingSymbol: 'controlplane.v1.WebhookService' }, { fileByFilename: 'controlplane/v1/event.proto' },
      { fileContainingSymbol: 'google.rpc.BadRequest' }, { fileByFilename: 'no/such.proto' },
    ]);
    assert.equal(answers.length, 5);
    assert.ok(answers[0].listServicesResponse.service.some(({ name }) => name === 'controlplane.v1.AdminService'));
    assert.ok(answers[1].fileDescriptorResponse.fileDescriptorProto.length > 1);
  },
};

/** As in admin.mjs, for the services of gRPC itself. */
export const reflectionCases = { ServerReflectionInfo: reflection };

export const healthCases = {
  Check: {
    emptiest: async (w) => assert.deepEqual(await w.call(), { status: 'SERVING' }),
  },
  Watch: {
    emptiest: async (w) => assert.deepEqual(await w.call({}, { take: 1 }), [{ status: 'SERVING' }]),
  },
  List: {
    emptiest: async (w) => assert.equal((await w.call()).statuses[''].status, 'SERVING'),
  },
};
