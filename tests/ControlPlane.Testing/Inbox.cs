namespace ControlPlane.Testing;

/// <summary>One address of the receiver: what came in there, and how it answers.</summary>
public sealed class Inbox(string url)
{
    private readonly Lock _lock = new();
    private readonly List<ReceivedRequest> _requests = [];
    private readonly List<string> _accepted = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Url => url;

    /// <summary>How a request is answered. Default: 204.</summary>
    public Func<ReceivedRequest, Answer> Answer { get; set; } = _ => 204;

    public IReadOnlyList<ReceivedRequest> Requests
    {
        get
        {
            lock (_lock)
            {
                return [.. _requests];
            }
        }
    }

    /// <summary>The ids of the requests that were answered 2xx, in that order, repeats included.</summary>
    public IReadOnlyList<string> Accepted
    {
        get
        {
            lock (_lock)
            {
                return [.. _accepted];
            }
        }
    }

    /// <summary>Keeps a request.</summary>
    public ReceivedRequest Add(Func<int, ReceivedRequest> make)
    {
        lock (_lock)
        {
            var request = make(_requests.Count + 1);
            _requests.Add(request);
            Changed();
            return request;
        }
    }

    /// <summary>Notes that a request was answered 2xx.</summary>
    public void Accept(ReceivedRequest request)
    {
        lock (_lock)
        {
            _accepted.Add(request.Id);
            Changed();
        }
    }

    /// <summary>Waits until a number of requests came in, and gives all that did.</summary>
    public Task<IReadOnlyList<ReceivedRequest>> CountAsync(int count) => UntilAsync(requests => requests.Count >= count, $"{count} requests");

    /// <summary>Waits until the requests fulfil a condition, and gives them.</summary>
    public async Task<IReadOnlyList<ReceivedRequest>> UntilAsync(Func<IReadOnlyList<ReceivedRequest>, bool> condition, string what)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (condition(_requests))
                {
                    return [.. _requests];
                }

                changed = _changed.Task;
            }

            try
            {
                await changed.WaitAsync(Eventually.Limit, TimeProvider.System, TestContext.Current.CancellationToken);
            }
            catch (TimeoutException)
            {
                Assert.Fail($"Waited in vain for {what}; {Requests.Count} requests came.");
            }
        }
    }

    private void Changed()
    {
        _changed.TrySetResult();
        _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
