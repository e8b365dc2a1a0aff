import { Code, ConnectError } from '@connectrpc/connect';
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from '../../generated/google/rpc/error_details_pb';
import { seconds } from './text';

export interface FieldProblem {
  /** The field's path in the request, such as `webhook.event_types[2]`. */
  field: string;
  description: string;
}

/** Why a call failed, as the server said it. */
export interface Problem {
  code: Code;
  /** Such as `ETAG_MISMATCH`; empty if the server was not reached. */
  reason: string;
  message: string;
  fields: FieldProblem[];
}

export function problemOf(error: unknown): Problem {
  const failure = ConnectError.from(error);
  const [info] = failure.findDetails(ErrorInfoSchema);
  const [bad] = failure.findDetails(BadRequestSchema);
  const [retry] = failure.findDetails(RetryInfoSchema);
  const again = retry?.retryDelay ? ` Try again in ${Math.ceil(seconds(retry.retryDelay))} s.` : '';
  return {
    code: failure.code,
    reason: info?.reason ?? '',
    message: isUnreached(failure, info !== undefined) ? 'The server does not answer.' : failure.rawMessage + again,
    fields: (bad?.fieldViolations ?? []).map(({ field, description }) => ({ field, description })),
  };
}

/** A browser words a connection that failed in its own way, and a proxy before a server that is gone in another. */
const isUnreached = (failure: ConnectError, told: boolean) =>
  !told && [Code.Unknown, Code.Internal, Code.Unavailable, Code.DataLoss, Code.Aborted].includes(failure.code);

/** A problem that this page found by itself. */
export const wrongField = (field: string, description: string): Problem => ({
  code: Code.InvalidArgument, reason: '', message: 'Something is not right yet.', fields: [{ field, description }],
});
