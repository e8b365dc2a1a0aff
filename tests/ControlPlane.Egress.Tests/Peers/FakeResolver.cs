using System.Collections.Concurrent;
using System.Net;
using ControlPlane.Egress.Connecting;

namespace ControlPlane.Egress.Tests.Peers;

/// <summary>Gives its answers in turn, the last one for ever, and counts how often it is asked.</summary>
internal sealed class FakeResolver(params string[] answers) : INameResolver
{
    private readonly ConcurrentQueue<string> _asked = new();

    public IReadOnlyCollection<string> Asked => _asked;

    public ValueTask<NameAnswer> ResolveAsync(string host, string owner, CancellationToken cancellationToken)
    {
        _asked.Enqueue(host);
        var answer = answers[Math.Min(_asked.Count, answers.Length) - 1];
        return ValueTask.FromResult(answer.Length == 0
            ? new NameAnswer([], "does not exist")
            : new NameAnswer([.. answer.Split(' ').Select(IPAddress.Parse)]));
    }
}
