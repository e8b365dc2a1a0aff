namespace ControlPlane.Storage.Postgres;

/// <summary>Something to do together with others in one transaction, and the caller who waits for it.</summary>
internal abstract class Operation
{
    /// <summary>Whose turn it takes.</summary>
    public required string Share { get; init; }

    /// <summary>How many rows it will write, as far as is known.</summary>
    public required int Rows { get; init; }

    /// <summary>Adds what it needs to know; false if it must not be in one transaction with those asked before.</summary>
    public abstract bool TryAsk(Questions questions);

    /// <summary>Takes it up; false if the caller went away before. From here on it runs to the end.</summary>
    public abstract bool TryStart();

    /// <summary>Decides, and leaves what is to be stored in the unit. Can be called again after a rollback.</summary>
    public abstract void Apply(Unit unit, Answers answers);

    /// <summary>Answers the caller, after the commit.</summary>
    public abstract void Succeed();

    public abstract void Fail(Exception exception);
}

/// <inheritdoc/>
/// <param name="ask">Adds what it needs to know; false if it must not be in one transaction with those asked before.</param>
/// <param name="apply">Decides, stages, and returns what makes the result after the commit.</param>
/// <param name="cancellation">Takes it back before it is begun.</param>
internal sealed class Operation<T>(
    Func<Questions, bool> ask, Func<Unit, Answers, Func<T>> apply, CancellationToken cancellation) : Operation
{
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Func<T>? _result;
    private Exception? _failure;

    public Task<T> Task => _completion.Task;

    public override bool TryAsk(Questions questions) => ask(questions);

    public override bool TryStart()
    {
        if (cancellation.IsCancellationRequested)
        {
            _completion.TrySetCanceled(cancellation);
            return false;
        }

        return true;
    }

    public override void Apply(Unit unit, Answers answers)
    {
        (_result, _failure) = (null, null);
        try
        {
            _result = apply(unit, answers);
        }
        catch (ArgumentException exception)
        {
            // What its caller asked for cannot be; nothing was staged.
            _failure = exception;
        }
    }

    public override void Succeed()
    {
        if (_failure is not null)
        {
            _completion.TrySetException(_failure);
            return;
        }

        try
        {
            _completion.TrySetResult(_result!());
        }
        catch (Exception exception)
        {
            _completion.TrySetException(exception);
        }
    }

    public override void Fail(Exception exception) => _completion.TrySetException(exception);
}
