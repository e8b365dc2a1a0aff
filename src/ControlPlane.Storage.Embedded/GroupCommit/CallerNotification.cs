namespace ControlPlane.Storage.Embedded;

/// <summary>
/// Completes the tasks of callers on the thread pool, some per work item: to queue each by itself would cost the writer, and the pool, more than what
/// most of them do next.
/// </summary>
internal sealed class CallerNotification<TSession> : IThreadPoolWorkItem
{
    private const int AtOnce = 16;
    private readonly WriteOperation<TSession>[] _operations;
    private readonly Exception? _failure;

    private CallerNotification(WriteOperation<TSession>[] operations, Exception? failure) => (_operations, _failure) = (operations, failure);

    /// <summary>Tells the callers that their operations are committed or, with a failure, that they are not.</summary>
    public static void Send(ReadOnlySpan<WriteOperation<TSession>> operations, Exception? failure = null)
    {
        while (!operations.IsEmpty)
        {
            var count = Math.Min(AtOnce, operations.Length);
            ThreadPool.UnsafeQueueUserWorkItem(new CallerNotification<TSession>(operations[..count].ToArray(), failure), preferLocal: false);
            operations = operations[count..];
        }
    }

    public void Execute()
    {
        foreach (var operation in _operations)
        {
            if (_failure is null)
            {
                operation.Succeed();
            }
            else
            {
                operation.Fail(_failure);
            }
        }
    }
}
