import assert from 'node:assert/strict';

const reflection = {
  emptiest: async (w) => {
    const [{ errorResponse }] = await w.call({ fileContainingSymbol: 'no.such.Symbol' });
    assert.equal(errorResponse.errorCode, 5);
  },
  fullest: async (w) => {
    const answers = await w.call([
      { listServices: '' }, { fileContainingSymbol: 'controlplane.v1.WebhookService' }, { fileByFilename: 'controlplane/v1/event.proto' },
      { host: 'here', allExtensionNumbersOfType: 'google.protobuf.MethodOptions' }, { fileByFilename: 'no/such.proto' },
      { fileContainingExtension: { containingType: 'google.protobuf.MethodOptions', extensionNumber: 74001 } },
    ]);
    assert.equal(answers.length, 6);
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
