namespace ControlPlane.Storage.Sqlite;

/// <summary>
/// Answers callers on the thread pool, some per work item: to queue each by itself would cost the writer, and the pool, more than what
/// most of them do next.
/// </summary>
internal sealed class Answers : IThreadPoolWorkItem
{
    private const int AtOnce = 16;
    private readonly WriteOperation[] _operations;
    private readonly Exception? _failure;

    private Answers(WriteOperation[] operations, Exception? failure) => (_operations, _failure) = (operations, failure);

    /// <summary>Answers that the operations are committed or, with a failure, that they are not.</summary>
    public static void Send(ReadOnlySpan<WriteOperation> operations, Exception? failure = null)
    {
        while (!operations.IsEmpty)
        {
            var count = Math.Min(AtOnce, operations.Length);
            ThreadPool.UnsafeQueueUserWorkItem(new Answers(operations[..count].ToArray(), failure), preferLocal: false);
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
